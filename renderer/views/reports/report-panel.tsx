import { type ReactNode, useMemo, useState } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody, Switch } from '@fluentui/react-components';
import type { ReportProblem } from '../../../protocol/agent.ts';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import { CopyButton } from '../copy-button.tsx';
import { StatusShape } from '../status-shape.tsx';
import { lineId, PlainReport, SafeMarkdown } from './markdown.tsx';
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
  const marked = useMemo(() => new Set(problems.flatMap(({ line }) => line ?? [])), [problems]);
  return (
    <div className="report">
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
      {problems.length > 0 && <Problems problems={problems} onLine={(line) => (setRaw(true), showLine(line))} />}
      {unproven !== null && (
        <MessageBar intent="warning" layout="multiline" className="report-bar">
          <MessageBarBody>{unproven}</MessageBarBody>
        </MessageBar>
      )}
      {markdown === null ? (
        <p className="report-word">{absent}</p>
      ) : isRaw ? (
        <PlainReport markdown={markdown} marked={marked} why={null} />
      ) : (
        <SafeMarkdown markdown={markdown} marked={marked} />
      )}
    </div>
  );
}

/** Once it is drawn. */
function showLine(line: number): void {
  requestAnimationFrame(() => document.getElementById(lineId(line))?.scrollIntoView({ block: 'center' }));
}

interface ProblemsProps {
  readonly problems: readonly ReportProblem[];
  readonly onLine: (line: number) => void;
}

function Problems({ problems, onLine }: ProblemsProps): ReactNode {
  return (
    <ul className="report-problems" aria-label="Problems">
      {problems.map(({ code, message, line }, at) => (
        <li key={at}>
          <StatusShape shape="triangle" tone="warning" />
          <span>
            {message} <span className="report-code">{code}</span>
          </span>
          {line !== null && (
            <Button size="small" appearance="subtle" onClick={() => onLine(line)}>
              Line {line}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
