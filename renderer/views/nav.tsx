import type { FunctionComponent, ReactNode } from 'react';
import { ClipboardTaskRegular } from '@fluentui/react-icons/svg/clipboard-task';
import { HistoryRegular } from '@fluentui/react-icons/svg/history';
import { OrganizationRegular } from '@fluentui/react-icons/svg/organization';
import { PeopleQueueRegular } from '@fluentui/react-icons/svg/people-queue';
import { ScalesRegular } from '@fluentui/react-icons/svg/scales';
import { SettingsRegular } from '@fluentui/react-icons/svg/settings';
import { ShieldQuestionRegular } from '@fluentui/react-icons/svg/shield-question';
import type { NavCount } from '../selectors/nav-counts.ts';
import type { View } from '../store/route.ts';
import './nav.css';

interface NavProps {
  readonly current: View;
  readonly counts: Partial<Record<View, NavCount>>;
}

const items: readonly { readonly view: View; readonly word: string; readonly Icon: FunctionComponent }[] = [
  { view: 'fleet', word: 'Fleet', Icon: OrganizationRegular },
  { view: 'balance', word: 'Balance', Icon: ScalesRegular },
  { view: 'queue', word: 'Queue', Icon: PeopleQueueRegular },
  { view: 'reports', word: 'Reports', Icon: ClipboardTaskRegular },
  { view: 'approvals', word: 'Approvals', Icon: ShieldQuestionRegular },
  { view: 'history', word: 'History', Icon: HistoryRegular },
  { view: 'settings', word: 'Settings', Icon: SettingsRegular },
];

export function Nav({ current, counts }: NavProps): ReactNode {
  return (
    <nav className="nav" aria-label="Views">
      {items.map(({ view, word, Icon }) => {
        const count = counts[view];
        const isShown = count !== undefined && count.count > 0;
        return (
          <a
            key={view}
            href={view === 'fleet' ? '#/' : `#/${view}`}
            className={`nav-item${view === 'settings' ? ' nav-last' : ''}`}
            aria-current={view === current ? 'page' : undefined}
            title={isShown ? `${word}: ${count.words}` : word}
          >
            <Icon aria-hidden="true" />
            <span className="nav-word">{word}</span>
            {isShown && (
              <span className={`nav-count${count.loud ? ' nav-loud' : ''}`}>
                <span aria-hidden="true">{count.count > 99 ? '99+' : count.count}</span>
                <span className="unseen">{count.words}</span>
              </span>
            )}
          </a>
        );
      })}
    </nav>
  );
}
