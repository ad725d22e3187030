import { type KeyboardEvent, memo, type ReactNode } from 'react';
import { Button, Checkbox } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { SubtractRegular } from '@fluentui/react-icons/svg/subtract';
import { pathWords } from '../../selectors/agent-path.ts';
import { ago, clockTime, secondsSince } from '../../selectors/format.ts';
import type { QueueRow } from '../../selectors/queue-rows.ts';
import { AgentPath } from '../agent-path.tsx';

export type QueueStep = 'sooner' | 'later' | 'cancel';

interface QueueTableProps {
  readonly rows: readonly QueueRow[];
  readonly selected: ReadonlySet<string>;
  readonly now: number;
  readonly disabled: boolean;
  readonly onSelect: (agentId: string, selected: boolean) => void;
  readonly onSelectAll: (selected: boolean) => void;
  readonly onStep: (agentId: string, step: QueueStep) => void;
}

/** Who waits, in the order of starting. With a row in focus the arrows go on, + and - move it, Delete cancels it. */
export function QueueTable(props: QueueTableProps): ReactNode {
  const { rows, selected, now, disabled, onSelect, onSelectAll, onStep } = props;
  const chosen = rows.filter(({ agentId }) => selected.has(agentId)).length;
  return (
    <table className="govern-table queue-table">
      <thead>
        <tr>
          <th scope="col" className="queue-check">
            <Checkbox
              aria-label="Select all"
              checked={chosen === 0 ? false : chosen === rows.length ? true : 'mixed'}
              onChange={(_, { checked }) => onSelectAll(checked !== false)}
            />
          </th>
          <th scope="col" className="govern-number">
            Place
          </th>
          <th scope="col">Agent</th>
          <th scope="col">Waits for</th>
          <th scope="col" className="govern-number queue-since">
            Since
          </th>
          <th scope="col" className="queue-runtime">
            Runtime
          </th>
          <th scope="col">Priority</th>
          <th scope="col">
            <span className="unseen">Cancel</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, at) => (
          <Row
            key={row.agentId}
            row={row}
            // A second is much for a list of hundreds; ages are told in their largest unit.
            now={now}
            first={at === 0}
            selected={selected.has(row.agentId)}
            disabled={disabled}
            onSelect={onSelect}
            onStep={onStep}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Pick<QueueTableProps, 'now' | 'disabled' | 'onSelect' | 'onStep'> {
  readonly row: QueueRow;
  readonly first: boolean;
  readonly selected: boolean;
}

const Row = memo(function Row({ row, first, now, selected, disabled, onSelect, onStep }: RowProps): ReactNode {
  const { agentId, position, kind, path, runtime, priority, since, reason, fullReason, freedBy, until } = row;
  const name = pathWords(path.slice(-1));
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (focusNeighbour(event)) return;
    const step = disabled ? null : stepOfKey(event);
    if (step === null) return;
    event.preventDefault();
    onStep(agentId, step);
  };
  return (
    <tr
      className={selected ? 'queue-selected' : undefined}
      tabIndex={first ? 0 : -1}
      data-queued={agentId}
      data-kind={kind}
      aria-keyshortcuts="+ - Delete"
      onKeyDown={onKeyDown}
    >
      <td className="queue-check">
        <Checkbox
          aria-label={`Select ${name}`}
          checked={selected}
          onChange={(_, { checked }) => onSelect(agentId, checked === true)}
        />
      </td>
      <td className="govern-number">{position ?? <span title="It keeps no place just now">–</span>}</td>
      <td>
        <AgentPath path={path} />
      </td>
      <td className="govern-wrap" title={fullReason}>
        <bdi>{reason}</bdi>
        <span className="queue-freed"> · {freedBy}</span>
      </td>
      <td
        className="govern-number queue-since"
        title={`${clockTime(since, now)}${until === null || kind !== 'waiting' ? '' : `; gives up at ${clockTime(until, now)}`}`}
      >
        {ago(secondsSince(since, now) ?? 0)}
      </td>
      <td className="queue-runtime">
        <bdi>{runtime}</bdi>
      </td>
      <td className="queue-priority">
        <Button
          size="small"
          appearance="subtle"
          icon={<AddRegular />}
          title="Sooner (+)"
          aria-label={`Sooner: ${name}, priority ${priority} now`}
          disabled={disabled || priority === 0}
          onClick={() => onStep(agentId, 'sooner')}
        />
        <span title="0 is first, 9 last">{priority}</span>
        <Button
          size="small"
          appearance="subtle"
          icon={<SubtractRegular />}
          title="Later (-)"
          aria-label={`Later: ${name}, priority ${priority} now`}
          disabled={disabled || priority === 9}
          onClick={() => onStep(agentId, 'later')}
        />
      </td>
      <td className="queue-cancel">
        <Button
          size="small"
          appearance="subtle"
          title="Cancel it (Delete)"
          aria-label={`Cancel ${name} …`}
          disabled={disabled}
          onClick={() => onStep(agentId, 'cancel')}
        >
          Cancel …
        </Button>
      </td>
    </tr>
  );
});

function stepOfKey({ key, ctrlKey, altKey, metaKey }: KeyboardEvent): QueueStep | null {
  if (ctrlKey || altKey || metaKey) return null;
  switch (key) {
    case '+':
    case '=':
      return 'sooner';
    case '-':
      return 'later';
    case 'Delete':
      return 'cancel';
    default:
      return null;
  }
}

function focusNeighbour({ key, currentTarget }: KeyboardEvent<HTMLElement>): boolean {
  const next =
    key === 'ArrowDown'
      ? currentTarget.nextElementSibling
      : key === 'ArrowUp'
        ? currentTarget.previousElementSibling
        : null;
  if (!(next instanceof HTMLElement)) return false;
  next.focus();
  return true;
}
