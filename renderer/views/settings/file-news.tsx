import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import type { DiskChange } from '../../selectors/settings/disk-changes.ts';

interface FileNewsProps {
  readonly by: 'disk' | 'request';
  /** As it is shown. */
  readonly time: string;
  readonly changes: readonly DiskChange[];
  readonly onSeen: () => void;
}

/** More would push the form out of sight. */
const mostShown = 8;

/** config.json is another one than the person has seen, and in what. */
export function FileNews({ by, time, changes, onSeen }: FileNewsProps): ReactNode {
  const isMine = changes.some(({ isEdited }) => isEdited);
  return (
    <MessageBar intent={isMine ? 'warning' : 'info'} layout="multiline" className="settings-news">
      <MessageBarBody>
        <MessageBarTitle>
          {by === 'disk' ? 'config.json was changed on disk' : 'Another client changed config.json'} at {time}
        </MessageBarTitle>
        {changes.length === 0 ? (
          <p>No setting is another.</p>
        ) : (
          <ul>
            {changes.slice(0, mostShown).map((change) => (
              <ChangeLine key={change.path} change={change} />
            ))}
            {changes.length > mostShown && <li>and {changes.length - mostShown} more</li>}
          </ul>
        )}
      </MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={onSeen}>
          Got it
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

function ChangeLine({ change }: { readonly change: DiskChange }): ReactNode {
  const { path, label, section, values, isEdited, waits } = change;
  return (
    <li data-changed-path={path}>
      <a href={`#/settings/${section}`}>{label}</a>
      {values === null ? (
        ' was changed'
      ) : (
        <>
          {': '}
          <bdi>{values.before}</bdi> → <bdi className="settings-news-now">{values.after}</bdi>
        </>
      )}
      {waits && ', from the coordinator’s next start on'}
      {isEdited && '. You have edited it: yours stays in the form, and Save replaces what is on disk'}
    </li>
  );
}

interface FileProblemProps {
  /** In the words of the coordinator's log. */
  readonly problem: string;
  /** When the file became so, as it is shown; null: it was so already. */
  readonly time: string | null;
}

/** config.json cannot be taken as it is. */
export function FileProblem({ problem, time }: FileProblemProps): ReactNode {
  return (
    <MessageBar intent="error" layout="multiline" className="settings-news">
      <MessageBarBody>
        <MessageBarTitle>
          {time === null ? 'config.json is not valid' : `config.json was changed on disk at ${time} and is not valid`}
        </MessageBarTitle>
        <p>{problem}</p>
        <p>
          The settings from before stay in force, and are shown here. What you edit can be saved once the file is
          correct.
        </p>
      </MessageBarBody>
    </MessageBar>
  );
}
