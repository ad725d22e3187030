import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { counted } from '../../selectors/format.ts';
import type { SectionCounts } from '../../selectors/settings/draft.ts';
import { CopyButton } from '../copy-button.tsx';
import './settings.css';

interface SettingsLayoutProps {
  readonly sections: readonly SectionCounts[];
  readonly current: string;
  /** Of config.json; null: not known yet. */
  readonly path: string | null;
  readonly fileExists: boolean;
  /** At the foot, while something is not saved. */
  readonly bar: ReactNode;
  readonly onSave: () => void;
  /** Above the fields: what others did to the file. */
  readonly news: ReactNode;
  readonly children: ReactNode;
}

/** Sections at the left, the fields of one at the right. */
export function SettingsLayout(props: SettingsLayoutProps): ReactNode {
  const { sections, current, path, fileExists, bar, onSave, news, children } = props;
  return (
    <form
      className="settings"
      noValidate
      aria-label="Settings"
      onSubmit={(event) => {
        event.preventDefault();
        onSave();
      }}
    >
      <header className="settings-head">
        <h2>Settings</h2>
        {path !== null && (
          <p>
            <bdi className="mono" title={path}>
              {path}
            </bdi>
            <CopyButton what="the path of config.json" text={path} />
            {!fileExists && <span>not there yet: the first change makes it</span>}
          </p>
        )}
      </header>
      <nav className="settings-nav" aria-label="Sections">
        {sections.map(({ section, unsaved, problems }) => (
          <SectionLink key={section.name} {...{ unsaved, problems }} name={section.name} {...{ current }}>
            {section.title}
          </SectionLink>
        ))}
        <SectionLink name="appearance" current={current} unsaved={0} problems={0}>
          Appearance
        </SectionLink>
      </nav>
      <div className="settings-main" tabIndex={-1}>
        {news}
        {children}
      </div>
      {bar}
    </form>
  );
}

interface SectionLinkProps {
  readonly name: string;
  readonly current: string;
  readonly unsaved: number;
  readonly problems: number;
  readonly children: string;
}

function SectionLink({ name, current, unsaved, problems, children }: SectionLinkProps): ReactNode {
  return (
    <a href={`#/settings/${name}`} aria-current={name === current ? 'page' : undefined}>
      {children}
      {problems > 0 ? (
        <span className="settings-count tone-bad" title={counted(problems, 'problem')}>
          <span aria-hidden="true">{problems} ✕</span>
          <span className="unseen">{counted(problems, 'problem')}</span>
        </span>
      ) : (
        unsaved > 0 && (
          <span className="settings-count" title={`${unsaved} not saved`}>
            <span aria-hidden="true">{unsaved} •</span>
            <span className="unseen">{unsaved} not saved</span>
          </span>
        )
      )}
    </a>
  );
}

interface SaveBarProps {
  readonly unsaved: number;
  readonly problems: number;
  /** config.json itself cannot be taken as it is. */
  readonly isFileWrong: boolean;
  readonly busy: boolean;
  /** Why the last save was refused; null: it was not. */
  readonly refusal: string | null;
  readonly onDiscard: () => void;
}

export function SaveBar({ unsaved, problems, isFileWrong, busy, refusal, onDiscard }: SaveBarProps): ReactNode {
  return (
    <footer className="settings-bar">
      {refusal !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{refusal}</MessageBarBody>
        </MessageBar>
      )}
      <div>
        <span role="status">
          {counted(unsaved, 'change')} not saved
          {isFileWrong
            ? '; config.json is to be corrected first'
            : problems > 0 && `; ${counted(problems, 'problem')} to correct first`}
        </span>
        <Button size="small" disabled={busy} onClick={onDiscard}>
          Discard
        </Button>
        <Button size="small" appearance="primary" type="submit" disabled={busy || problems > 0 || isFileWrong}>
          {busy ? 'Saving …' : 'Save'}
        </Button>
      </div>
    </footer>
  );
}
