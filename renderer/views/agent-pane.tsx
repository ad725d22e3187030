import type { ReactNode } from 'react';
import { Button, Tab, TabList } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { FullScreenMaximizeRegular } from '@fluentui/react-icons/svg/full-screen-maximize';
import { FullScreenMinimizeRegular } from '@fluentui/react-icons/svg/full-screen-minimize';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { askedWords, type Verb } from '../selectors/agent-actions.ts';
import type { StatusWords } from '../selectors/status-language.ts';
import { type AgentTab, agentTabs } from '../store/route.ts';
import { verbWords } from './agent-menu.tsx';
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
  /** What can be done to it now. */
  readonly verbs: readonly Verb[];
  /** Asked for and not answered yet; null: nothing is. */
  readonly asked: Verb | null;
  readonly onVerb: (verb: Verb) => void;
  /** Opens the menu with everything else, at a place of the window. */
  readonly onMore: (x: number, y: number) => void;
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
  const { title, type, words, time, tab, onTab, children } = props;
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

/** In the pane there is room for two; the menu has all of them. */
const shownVerbs: readonly Verb[] = ['pause', 'resume', 'stop', 'restart'];

function PaneButtons({ verbs, asked, full, onVerb, onMore, onFull, onClose }: AgentPaneProps): ReactNode {
  const shown = shownVerbs.filter((verb) => verbs.includes(verb)).slice(0, 2);
  return (
    <span className="pane-buttons">
      {shown.map((verb) => (
        <Button key={verb} size="small" disabled={asked !== null} onClick={() => onVerb(verb)}>
          {asked === verb ? `${capitalised(askedWords[verb])} …` : verbWords[verb]}
        </Button>
      ))}
      <Button
        size="small"
        appearance="subtle"
        icon={<MoreHorizontalRegular />}
        aria-label="More"
        aria-haspopup="menu"
        title="More"
        onClick={({ currentTarget }) => {
          const { left, bottom } = currentTarget.getBoundingClientRect();
          onMore(left, bottom + 2);
        }}
      />
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

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
