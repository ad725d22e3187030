/** What the cells of a tree row say. */
import type { Agent } from '../../protocol/agent.ts';
import { ranSeconds } from '../../protocol/hold.ts';
import { duration } from './format.ts';
import { type ReportState, reportState, type StatusWords, statusWords } from './status-language.ts';
import { nodeTitle, type TreeRow } from './tree-rows.ts';

export interface RowCells {
  readonly title: string;
  /** `L2.1`; for the root and outside parents their level. */
  readonly type: string;
  /** null where the title is the id already. */
  readonly id: string | null;
  /** null: the coordinator knows no state of its own for it. */
  readonly status: StatusWords | null;
  /** In place of a status: what kind of node this is. */
  readonly remark: string | null;
  readonly runtime: string;
  readonly report: ReportState;
  /** How long it has run, or took; '' when it has not run. */
  readonly time: string;
  /** `2 of 13`: running, of all below; '' on a leaf. */
  readonly running: string;
  readonly attentionBelow: number;
}

const noReport: ReportState = { kind: 'none', text: '' };

/** `now` in ms since the epoch. `unheardSeconds`: see StatusContext. */
export function rowCells(row: TreeRow, now: number, unheardSeconds: number | null): RowCells {
  const { node, below } = row;
  const shared = {
    title: nodeTitle(node),
    running: below.agents === 0 ? '' : `${below.running} of ${below.agents}`,
    attentionBelow: below.attention,
  };
  if (node.kind !== 'agent') {
    const type = node.kind === 'root' ? 'L0' : `L${node.external.level}`;
    const remark = node.kind === 'root' ? null : 'started outside';
    return { ...shared, type, id: null, status: null, remark, runtime: '', report: noReport, time: '' };
  }
  const { facts } = node.agent;
  return {
    ...shared,
    type: facts.agent_type,
    id: facts.agent_id,
    status: statusWords(node.agent, { queuePosition: row.queuePosition, unheardSeconds }),
    remark: null,
    runtime: facts.model === null ? facts.runtime : `${facts.runtime} · ${facts.model}`,
    report: reportState(node.agent),
    time: runTime(node.agent, now),
  };
}

/** How long the agent has run, or took, pauses not counted; '' when it has not run. */
export function runTime({ life }: Agent, now: number): string {
  if (life.status === 'ended') {
    const { execution_time_seconds: took } = life.ending;
    return took === null ? '' : duration(took);
  }
  const seconds = ranSeconds(life, now);
  return seconds === null || Number.isNaN(seconds) ? '' : duration(seconds);
}

/** The whole row in one sentence, for screen readers and tooltips. */
export function rowSentence(cells: RowCells): string {
  const parts = [
    cells.type === cells.title ? cells.title : `${cells.type} ${cells.title}`,
    cells.status === null ? (cells.remark ?? '') : statusText(cells.status),
    cells.runtime,
    cells.time,
    cells.running === '' ? '' : `${cells.running} below are running`,
    cells.attentionBelow === 0 ? '' : `${cells.attentionBelow} below need you`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

export const statusText = ({ word, detail }: StatusWords): string => (detail === null ? word : `${word} · ${detail}`);
