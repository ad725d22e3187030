import { type ReactNode, useCallback, useRef, useState } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody, Switch } from '@fluentui/react-components';
import type { ReportProblem } from '../../../protocol/agent.ts';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import { CopyButton } from '../copy-button.tsx';
import { StatusShape } from '../status-shape.tsx';
import { PlainReport, SafeMarkdown } from './markdown.tsx';
import './report-panel.css';

export type ReportModel =
  | { readonly status: 'asking' }
  | { readonly status: 'failed'; readonly message: string }
  | { readonly status: 'known'; readonly answer: ReportAnswer };

interface ReportPanelProps {
  readonly report: ReportModel;
  /** In place of a report that is not there: whether one is due, and until when. */
  readonly absent: string;
  /** It says success, and nothing shows that it worked; null: nothing is said against it. */
  readonly unproven: string | null;
  readonly onAgain: () => void;
}

/** One report, with what is wrong with it. */
export function ReportPanel({ report, absent, unproven, onAgain }: ReportPanelProps): ReactNode {
  if (report.status === 'asking') return <p className="report-word">Reading the report …</p>;
  if (report.status === 'failed') {
    return (
      <MessageBar intent="error" layout="multiline" className="report-bar">
        <MessageBarBody>The report could not be read: {report.message}</MessageBarBody>
        <MessageBarActions>
          <Button size="small" onClick={onAgain}>
            Try again
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  return <Known answer={report.answer} absent={absent} unproven={unproven} />;
}

interface KnownProps extends Pick<ReportPanelProps, 'absent' | 'unproven'> {
  readonly answer: ReportAnswer;
}

function Known({ answer, absent, unproven }: KnownProps): ReactNode {
  const { markdown, report_problems: problems, completion_report: path } = answer;
  const [isRaw, setRaw] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const onProblem = useCallback((place: number) => show(root.current, `[data-problem="${place}"]`), []);
  return (
    <div className="report" ref={root}>
      <div className="report-head">
        <span className="report-path mono" title={path}>
          <bdi dir="ltr">{path}</bdi>
        </span>
        <CopyButton what="path" text={path} />
        {markdown !== null && (
          <>
            <CopyButton what="report" text={markdown} />
            <Switch label="As written" checked={isRaw} onChange={(_, { checked }) => setRaw(checked)} />
          </>
        )}
      </div>
      {problems.length > 0 && (
        <Problems problems={problems} onMark={(place) => show(root.current, `[data-marks~="${place}"]`)} />
      )}
      {unproven !== null && (
        <MessageBar intent="warning" layout="multiline" className="report-bar">
          <MessageBarBody>{unproven}</MessageBarBody>
        </MessageBar>
      )}
      {markdown === null ? (
        <p className="report-word">{absent}</p>
      ) : isRaw ? (
        <PlainReport markdown={markdown} problems={problems} onProblem={onProblem} why={null} />
      ) : (
        <SafeMarkdown markdown={markdown} problems={problems} onProblem={onProblem} />
      )}
    </div>
  );
}

/** In view, and with the focus: what the reader goes on from. */
function show(root: HTMLElement | null, selector: string): void {
  const element = root?.querySelector<HTMLElement>(selector);
  element?.scrollIntoView({ block: 'center' });
  element?.focus({ preventScroll: true });
}

interface ProblemsProps {
  readonly problems: readonly ReportProblem[];
  /** Told the place of one that has a line. */
  readonly onMark: (place: number) => void;
}

/** Those of no line first, the others as they come in the text. */
function Problems({ problems, onMark }: ProblemsProps): ReactNode {
  const sorted = [...problems.entries()].sort(([, a], [, b]) => (a.line ?? 0) - (b.line ?? 0));
  return (
    <ul className="report-problems" aria-label="Problems">
      {sorted.map(([at, { code, message, line }]) => (
        <li key={at}>
          <StatusShape shape="triangle" tone="warning" />
          <span className="report-problem">
            {message} <span className="report-code">{code}</span>
          </span>
          {line !== null && (
            <Button size="small" appearance="subtle" data-problem={at} onClick={() => onMark(at)}>
              Line {line}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
