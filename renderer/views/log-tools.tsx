import { type ReactNode, type RefObject, useState } from 'react';
import { Button, Input, ToggleButton } from '@fluentui/react-components';
import { ArrowDownRegular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import { ArrowUpRegular } from '@fluentui/react-icons/svg/arrow-up';
import { CopySelectRegular } from '@fluentui/react-icons/svg/copy-select';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import { TextWrapRegular } from '@fluentui/react-icons/svg/text-wrap';
import type { LogQuery } from '../log/search.ts';
import './transcript-row.css';

interface LogToolsProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly query: LogQuery;
  readonly onQuery: (query: LogQuery) => void;
  /** "3 of 17", "no match", "reading 40 %", or what is wrong with the pattern. */
  readonly found: string;
  readonly isWrong: boolean;
  readonly onStep: ((by: 1 | -1) => void) | null;
  /** Copies all lines with a match; null: there are none. */
  readonly onCopyMatches: (() => void) | null;
  readonly wraps: boolean;
  readonly onWraps: (wraps: boolean) => void;
  /** null: the log is no transcript. */
  readonly transcript: { readonly isOn: boolean; readonly onSwitch: (isOn: boolean) => void } | null;
  readonly onStart: () => void;
  /** Goes to a time as it was typed. */
  readonly onTime: (text: string) => void;
  /** null: the lines are numbered. */
  readonly onCountLines: (() => void) | null;
  readonly onDownload: () => void;
}

/** Above a log: looking for something in all of it, and how it is shown. */
export function LogTools(props: LogToolsProps): ReactNode {
  const { field, query, onQuery, found, isWrong, onStep, wraps, onWraps, transcript, onStart, onDownload } = props;
  const step = (by: 1 | -1): void => onStep?.(by);
  return (
    <div className="log-tools" role="toolbar" aria-label="Log">
      <Input
        size="small"
        className="log-find"
        input={{ ref: field }}
        contentBefore={<SearchRegular aria-hidden="true" />}
        aria-label="Search the log"
        aria-invalid={isWrong}
        placeholder="Search the whole log"
        title="Ctrl+F or /. Enter or F3: next, with Shift: the one before"
        value={query.text}
        onChange={(_, { value }) => onQuery({ ...query, text: value })}
        onKeyDown={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          if (event.key !== 'Escape' || query.text === '') return;
          event.preventDefault();
          onQuery({ ...query, text: '' });
        }}
      />
      <ToggleButton
        size="small"
        appearance="subtle"
        checked={query.isCaseKept}
        title="Capitals count"
        onClick={() => onQuery({ ...query, isCaseKept: !query.isCaseKept })}
      >
        Aa
      </ToggleButton>
      <ToggleButton
        size="small"
        appearance="subtle"
        checked={query.isPattern}
        title="As a regular expression"
        onClick={() => onQuery({ ...query, isPattern: !query.isPattern })}
      >
        .*
      </ToggleButton>
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowUpRegular />}
        aria-label="The match before"
        disabled={onStep === null}
        onClick={() => step(-1)}
      />
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowDownRegular />}
        aria-label="The next match"
        disabled={onStep === null}
        onClick={() => step(1)}
      />
      <span className="log-found" role="status">
        {found}
      </span>
      {props.onCopyMatches !== null && (
        <Button
          size="small"
          appearance="subtle"
          icon={<CopySelectRegular />}
          aria-label="Copy all matches"
          title="Copy all lines with a match"
          onClick={props.onCopyMatches}
        />
      )}
      <span className="log-space" />
      {transcript !== null && (
        <ToggleButton
          size="small"
          checked={!transcript.isOn}
          onClick={() => transcript.onSwitch(!transcript.isOn)}
          title="The log as it was written"
        >
          Raw
        </ToggleButton>
      )}
      <ToggleButton
        size="small"
        appearance="subtle"
        icon={<TextWrapRegular />}
        checked={wraps}
        aria-label="Wrap long lines"
        title="Wrap long lines"
        onClick={() => onWraps(!wraps)}
      />
      <Button size="small" appearance="subtle" onClick={onStart} title="To the beginning of the log">
        Start
      </Button>
      <TimeField onTime={props.onTime} />
      {props.onCountLines !== null && (
        <Button size="small" appearance="subtle" title="Reads the whole log once" onClick={props.onCountLines}>
          Number lines
        </Button>
      )}
      <Button
        size="small"
        appearance="subtle"
        icon={<ArrowDownloadRegular />}
        aria-label="Save the log"
        title="Save the whole log as a file"
        onClick={onDownload}
      />
    </div>
  );
}

function TimeField({ onTime }: Pick<LogToolsProps, 'onTime'>): ReactNode {
  const [time, setTime] = useState('');
  return (
    <Input
      size="small"
      className="log-time-field"
      placeholder="Go to time"
      title="A time of today, 14:05 or 14:05:30, or one with its date: 2025-11-09 14:05"
      aria-label="Go to time"
      value={time}
      onChange={(_, { value }) => setTime(value)}
      onKeyDown={(event) => event.key === 'Enter' && onTime(time)}
    />
  );
}
