import { type ReactNode, type RefObject } from 'react';
import { Button, Input } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { FilterRegular } from '@fluentui/react-icons/svg/filter';
import { counted } from '../selectors/format.ts';
import type { Verb } from '../selectors/agent-actions.ts';
import { verbWords } from './agent-menu.tsx';
import './fleet-toolbar.css';

interface FleetToolbarProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly field: RefObject<HTMLInputElement | null>;
  /** How many agents are as the filter asks; null: nothing is filtered. */
  readonly found: number | null;
  readonly views: ReactNode;
  readonly onDeploy: () => void;
}

/** Above the tree: which agents are shown, and a new one. */
export function FleetToolbar({ text, onText, field, found, views, onDeploy }: FleetToolbarProps): ReactNode {
  return (
    <div className="toolbar">
      <Input
        input={{ ref: field }}
        size="small"
        className="toolbar-filter"
        contentBefore={<FilterRegular aria-hidden="true" />}
        contentAfter={
          text === '' ? null : (
            <Button
              size="small"
              appearance="transparent"
              icon={<DismissRegular />}
              aria-label="Clear the filter"
              onClick={() => onText('')}
            />
          )
        }
        aria-label="Filter agents"
        placeholder="Filter: name, id, status, level:2, runtime:claude …"
        title="Words that must all be there. level:2, status:failed, runtime:claude, type:L2.1, group:wave look in one place only. Key: /"
        value={text}
        onChange={(_, { value }) => onText(value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          onText('');
          document.querySelector<HTMLElement>('[role="treegrid"]')?.focus();
        }}
      />
      <span className="toolbar-found" role="status">
        {found === null ? '' : `${counted(found, 'agent')} found`}
      </span>
      {views}
      <Button size="small" icon={<AddRegular />} onClick={onDeploy}>
        Deploy …
      </Button>
    </div>
  );
}

interface MarkedBarProps {
  readonly count: number;
  readonly verbs: readonly Verb[];
  readonly onVerb: (verb: Verb) => void;
  readonly onCopy: () => void;
  readonly onClear: () => void;
}

/** In its place while agents are chosen: what can be done to all of them. */
export function MarkedBar({ count, verbs, onVerb, onCopy, onClear }: MarkedBarProps): ReactNode {
  return (
    <div className="toolbar toolbar-marked" role="toolbar" aria-label="Chosen agents">
      <strong role="status">{counted(count, 'agent')} chosen</strong>
      {verbs.map((verb) => (
        <Button key={verb} size="small" onClick={() => onVerb(verb)}>
          {verbWords[verb]}
        </Button>
      ))}
      <Button size="small" onClick={onCopy}>
        Copy ids
      </Button>
      <span className="toolbar-space" />
      <Button size="small" appearance="subtle" icon={<DismissRegular />} onClick={onClear} title="Choose none (Esc)">
        None
      </Button>
    </div>
  );
}
