import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarBody, Tab, TabList } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { FullScreenMaximizeRegular } from '@fluentui/react-icons/svg/full-screen-maximize';
import { FullScreenMinimizeRegular } from '@fluentui/react-icons/svg/full-screen-minimize';
import type { StatusWords } from '../selectors/status-language.ts';
import { type AgentTab, agentTabs } from '../store/route.ts';
import { StatusText } from './status-text.tsx';
import './agent-pane.css';

export interface AgentPaneProps {
  readonly title: string;
  readonly type: string;
  readonly words: StatusWords;
  /** How long it has run, or took; '' when it has not run. */
  readonly time: string;
  readonly tab: AgentTab;
  readonly full: boolean;
  /** null: there is nothing left to stop. `busy`: a stop is under way. */
  readonly stop: { readonly busy: boolean; readonly onStop: () => void } | null;
  /** Why the last stop was refused; null when it was not. */
  readonly stopFailure: string | null;
  readonly onTab: (tab: AgentTab) => void;
  readonly onFull: (full: boolean) => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

const tabWords: Readonly<Record<AgentTab, string>> = {
  overview: 'Overview',
  log: 'Log',
  usage: 'Usage',
  report: 'Report',
  children: 'Children',
  events: 'Events',
};

/** One agent beside the tree, or over it as a full page. */
export function AgentPane(props: AgentPaneProps): ReactNode {
  const { title, type, words, time, tab, stopFailure, onTab, children } = props;
  return (
    <section className="pane" aria-label={`Agent ${title}`}>
      <header className="pane-head">
        <h2>
          {type !== title && <span className="pane-type">{type}</span>}
          <bdi title={title}>{title}</bdi>
        </h2>
        <PaneButtons {...props} />
        <p className="pane-status">
          <StatusText words={words} />
          {time !== '' && <span className="pane-time">{time}</span>}
        </p>
      </header>
      {stopFailure !== null && (
        <MessageBar intent="error" className="pane-message">
          <MessageBarBody>Not stopped: {stopFailure}</MessageBarBody>
        </MessageBar>
      )}
      <TabList
        className="pane-tabs"
        size="small"
        selectedValue={tab}
        onTabSelect={(_, { value }) => onTab(value as AgentTab)}
      >
        {agentTabs.map((name) => (
          <Tab key={name} value={name}>
            {tabWords[name]}
          </Tab>
        ))}
      </TabList>
      <div className="pane-body" role="tabpanel" aria-label={tabWords[tab]}>
        {children}
      </div>
    </section>
  );
}

function PaneButtons({ stop, full, onFull, onClose }: AgentPaneProps): ReactNode {
  return (
    <span className="pane-buttons">
      {stop !== null && (
        <Button size="small" onClick={stop.onStop} disabled={stop.busy}>
          {stop.busy ? 'Stopping …' : 'Stop …'}
        </Button>
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={full ? <FullScreenMinimizeRegular /> : <FullScreenMaximizeRegular />}
        aria-label={full ? 'Back to the tree' : 'Full page'}
        title={full ? 'Back to the tree (Esc)' : 'Full page (Enter)'}
        onClick={() => onFull(!full)}
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<DismissRegular />}
        aria-label="Close"
        title="Close"
        onClick={onClose}
      />
    </span>
  );
}
