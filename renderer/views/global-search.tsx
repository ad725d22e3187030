import { type KeyboardEvent, type ReactNode, type RefObject, useEffect } from 'react';
import { Input } from '@fluentui/react-components';
import { SearchRegular } from '@fluentui/react-icons/svg/search';
import type { SearchGroup, SearchRow } from '../selectors/search-results.ts';
import { StatusShape } from './status-shape.tsx';
import './global-search.css';

interface GlobalSearchProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly text: string;
  readonly groups: readonly SearchGroup[];
  /** The row that Enter opens; null: there is none. */
  readonly active: string | null;
  readonly isOpen: boolean;
  /** How far it is, what was left out, or what went wrong. */
  readonly said: string;
  readonly isWrong: boolean;
  readonly onText: (text: string) => void;
  readonly onOpen: (isOpen: boolean) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onChoose: (row: SearchRow) => void;
}

const listId = 'global-search-results';
const rowId = (key: string): string => `global-search-${key}`;

/** One box for everything: agents, reports and logs. The list is moved through from the box, which keeps the focus. */
export function GlobalSearch(props: GlobalSearchProps): ReactNode {
  const { field, text, groups, active, isOpen, said, isWrong, onText, onOpen, onMove, onChoose } = props;
  const hasRows = isOpen && groups.length > 0;
  const rows = groups.flatMap((group) => group.rows);
  useEffect(() => {
    if (active !== null) document.getElementById(rowId(active))?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const onKey = (event: KeyboardEvent<HTMLInputElement>): void => {
    const { key } = event;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      event.preventDefault();
      if (isOpen) onMove(key === 'ArrowDown' ? 1 : -1);
      else onOpen(true);
    } else if (key === 'Enter') {
      const row = rows.find((one) => one.key === active);
      if (isOpen && row !== undefined) onChoose(row);
    } else if (key === 'Escape') {
      event.preventDefault();
      if (isOpen) onOpen(false);
      else if (text === '') event.currentTarget.blur();
      else onText('');
    }
  };
  return (
    <div className="search" role="search" onBlur={(event) => leaves(event) && onOpen(false)}>
      <Input
        size="small"
        className="search-field"
        input={{ ref: field }}
        contentBefore={<SearchRegular aria-hidden="true" />}
        contentAfter={<kbd aria-hidden="true">Ctrl+K</kbd>}
        role="combobox"
        aria-label="Search agents, logs, reports"
        aria-autocomplete="list"
        aria-expanded={hasRows}
        aria-keyshortcuts="Control+K"
        {...(hasRows ? { 'aria-controls': listId } : {})}
        {...(hasRows && active !== null ? { 'aria-activedescendant': rowId(active) } : {})}
        placeholder="Search agents, logs, reports"
        title="Ctrl+K. Arrows choose, Enter opens"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(_, { value }) => onText(value)}
        onFocus={() => text !== '' && onOpen(true)}
        onKeyDown={onKey}
      />
      {isOpen && (
        <div className="search-panel">
          {hasRows && (
            <div id={listId} className="search-list" role="listbox" aria-label="Found">
              {groups.map((group) => (
                <Group key={group.kind} group={group} active={active} onChoose={onChoose} />
              ))}
            </div>
          )}
          <p className={`search-said${isWrong ? ' search-wrong' : ''}`} role="status">
            {said}
          </p>
        </div>
      )}
    </div>
  );
}

/** The focus goes to something outside of the search. */
const leaves = ({ currentTarget, relatedTarget }: { currentTarget: Element; relatedTarget: EventTarget | null }) =>
  !(relatedTarget instanceof Node && currentTarget.contains(relatedTarget));

interface GroupProps {
  readonly group: SearchGroup;
  readonly active: string | null;
  readonly onChoose: (row: SearchRow) => void;
}

function Group({ group: { kind, word, rows }, active, onChoose }: GroupProps): ReactNode {
  return (
    <div role="group" aria-labelledby={rowId(kind)}>
      <div id={rowId(kind)} className="search-kind" role="presentation">
        {word}
      </div>
      {rows.map((row) => (
        <div
          key={row.key}
          id={rowId(row.key)}
          role="option"
          aria-selected={row.key === active}
          className="search-row"
          // The box keeps the focus: leaving it would close the list before the click.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(row)}
        >
          <Row row={row} />
        </div>
      ))}
    </div>
  );
}

function Row({ row: { type, title, isSame, status, line, note } }: { readonly row: SearchRow }): ReactNode {
  return (
    <>
      <span className={isSame ? 'unseen' : 'search-who'}>
        {status !== null && <StatusShape {...status} />}
        <span className="search-type">{type}</span>
        {title !== '' && <bdi className="search-title">{title}</bdi>}
        {status !== null && <span className="search-status">{status.word}</span>}
        {note !== '' && <span className="search-note">{note}</span>}
      </span>
      {line !== null && (
        <bdi className="search-line mono">
          {line.map(({ text, isMatch }, at) => (isMatch ? <mark key={at}>{text}</mark> : text))}
        </bdi>
      )}
    </>
  );
}
