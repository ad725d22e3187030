/** What the cells of a tree row say. */
import type { Agent } from '../../protocol/agent.ts';
import { ranSeconds } from '../../protocol/hold.ts';
import type { DashboardState } from '../store/state.ts';
import { type BranchUse, noUse, ownUse } from './branch-use.ts';
import { count, dollars, duration, megabytes, percent, short } from './format.ts';
import { visible } from './visible-text.ts';
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
  /** `32 %` of its group's work; '' where it shares with nobody. */
  readonly share: string;
  /** Of a branch its sum, itself included. */
  readonly cpu: string;
  readonly memory: string;
  readonly tokens: string;
  readonly cost: string;
  /** 0 to 4: how much that is, for the shade behind it. */
  readonly cpuHeat: number;
  readonly memoryHeat: number;
  /** What the numbers of a branch are made of; null on a leaf. */
  readonly useTitle: string | null;
}

/** What a row needs to know beside the row itself. */
export interface RowContext {
  /** ms since the epoch. */
  readonly now: number;
  /** See StatusContext. */
  readonly unheardSeconds: number | null;
  readonly uses: ReadonlyMap<string, BranchUse>;
  readonly measured: DashboardState['measured'];
  /** By agent: fraction of its group's work, as planned. */
  readonly shares: ReadonlyMap<string, number>;
  readonly asked: DashboardState['asked'];
}

const noReport: ReportState = { kind: 'none', text: '' };

export function rowCells(row: TreeRow, context: RowContext): RowCells {
  const { node, below } = row;
  const { now, unheardSeconds, uses, shares, asked } = context;
  const use = uses.get(row.key) ?? noUse;
  const shared = {
    title: nodeTitle(node),
    running: below.agents === 0 ? '' : `${below.running} of ${below.agents}`,
    attentionBelow: below.attention,
    ...cellsOfUse(use),
    useTitle: null,
    share: '',
  };
  if (node.kind !== 'agent') {
    const type = node.kind === 'root' ? 'L0' : `L${node.external.level}`;
    const remark = node.kind === 'root' ? null : 'started outside';
    return { ...shared, type, id: null, status: null, remark, runtime: '', report: noReport, time: '' };
  }
  const { facts } = node.agent;
  const share = shares.get(facts.agent_id);
  return {
    ...shared,
    type: facts.agent_type,
    id: facts.agent_id,
    status: statusWords(node.agent, {
      queuePosition: row.queuePosition,
      unheardSeconds,
      asked: asked.get(facts.agent_id) ?? null,
    }),
    remark: null,
    runtime: visible(facts.model === null ? facts.runtime : `${facts.runtime} · ${facts.model}`),
    report: reportState(node.agent),
    time: runTime(node.agent, now),
    share: share === undefined ? '' : `${Math.round(share * 100)} %`,
    useTitle: below.agents === 0 ? null : ownWords(ownUse(node.agent, context.measured)),
  };
}

function cellsOfUse({ cpuPercent, memoryMb, tokens, costUsd }: BranchUse) {
  return {
    cpu: cpuPercent === null ? '' : percent(cpuPercent),
    memory: memoryMb === null ? '' : megabytes(memoryMb),
    tokens: tokens === null || tokens === 0 ? '' : short(tokens),
    cost: costUsd === null ? '' : dollars(costUsd),
    cpuHeat: heat(cpuPercent, [5, 25, 60, 100]),
    memoryHeat: heat(memoryMb, [150, 400, 1000, 2500]),
  };
}

/** The whole branch is in the cells; this is the agent alone. */
function ownWords({ cpuPercent, memoryMb, tokens, costUsd }: BranchUse): string {
  const parts = [
    cpuPercent === null ? '' : `${percent(cpuPercent)} of a core`,
    memoryMb === null ? '' : megabytes(memoryMb),
    tokens === null ? '' : `${count(tokens)} tokens`,
    costUsd === null ? '' : dollars(costUsd),
  ].filter((part) => part !== '');
  return `Itself and all below it.${parts.length === 0 ? '' : ` Itself: ${parts.join(', ')}.`}`;
}

const heat = (value: number | null, steps: readonly number[]): number =>
  value === null ? 0 : steps.filter((step) => value >= step).length;

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
    cells.share === '' ? '' : `${cells.share} of its group`,
    cells.cpu === '' ? '' : `${cells.cpu} of a core`,
    cells.memory,
    cells.cost,
    cells.running === '' ? '' : `${cells.running} below are running`,
    cells.attentionBelow === 0 ? '' : `${cells.attentionBelow} below need you`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

export const statusText = ({ word, detail }: StatusWords): string => (detail === null ? word : `${word} · ${detail}`);
