import type { ReactNode } from 'react';
import { Input } from '@fluentui/react-components';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { ago, clockTime, secondsSince } from '../../selectors/format.ts';
import { type ReportGroup, type Verdict, verdictWords } from '../../selectors/report-list.ts';
import type { Shape, Tone } from '../../selectors/status-language.ts';
import { StatusShape } from '../status-shape.tsx';
import './report-list.css';

interface ReportListProps {
  readonly groups: readonly ReportGroup[];
  readonly selected: string | null;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly now: number;
}

const marks: Readonly<Record<Verdict, { readonly shape: Shape; readonly tone: Tone }>> = {
  missing: { shape: 'triangle', tone: 'warning' },
  problems: { shape: 'check-dot', tone: 'warning' },
  unproven: { shape: 'question', tone: 'warning' },
  due: { shape: 'ring', tone: 'neutral' },
  good: { shape: 'check', tone: 'good' },
  unasked: { shape: 'check', tone: 'neutral' },
};

/** Reports by what is to be said of them; what needs a person comes first. */
export function ReportList({ groups, selected, text, onText, now }: ReportListProps): ReactNode {
  return (
    <nav className="report-list" aria-label="Reports">
      <Input
        size="small"
        className="report-search"
        contentBefore={<SearchRegular aria-hidden="true" />}
        aria-label="Search reports by agent"
        placeholder="Search by agent"
        value={text}
        onChange={(_, { value }) => onText(value)}
      />
      {groups.length === 0 && (
        <p className="report-none">{text === '' ? 'No reports are due yet.' : 'No report of such an agent.'}</p>
      )}
      {groups.map(({ verdict, rows }) => (
        <section key={verdict}>
          <h2>
            <StatusShape {...marks[verdict]} /> {verdictWords[verdict]}{' '}
            <span className="report-count">{rows.length}</span>
          </h2>
          <ul>
            {rows.map(({ id, type, title, place, detail, endedAt }) => (
              <li key={id}>
                <a
                  href={`#/reports/${encodeURIComponent(id)}${text === '' ? '' : `?q=${encodeURIComponent(text)}`}`}
                  aria-current={id === selected ? 'true' : undefined}
                >
                  <span className="report-type">{type}</span>
                  {title !== type && <bdi className="report-title">{title}</bdi>}
                  {/* Cut at its beginning: the nearest says most. */}
                  <span className="report-place" title={place}>
                    <bdi dir="ltr">{place}</bdi>
                  </span>
                  <span
                    className="report-detail"
                    title={endedAt === null ? undefined : `ended ${clockTime(endedAt, now)}`}
                  >
                    {detail !== '' ? detail : endedAt === null ? '' : ago(secondsSince(endedAt, now) ?? 0)}
                  </span>
                </a>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}
