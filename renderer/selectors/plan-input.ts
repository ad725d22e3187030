/** Tasks as people write or paste them: `task weight`, `task, weight`, or two columns of a table. */
import { visible } from './visible-text.ts';

/** A type and no interface, so that it fits a request, which may have further fields. */
export type PlanTask = {
  readonly id: string;
  readonly weight: number;
};

export interface LineProblem {
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

export interface PlanInput {
  readonly tasks: readonly PlanTask[];
  readonly problems: readonly LineProblem[];
}

/** What the protocol takes. */
const [mostTasks, longestId, largestWeight] = [1000, 128, 1e9];

/** A longer line is no task: names end before. */
const mostLooked = 400;

/** The last column is the weight: a number above 0, also as `35 %` or with a comma for the decimals where nothing else is one. */
const line = /^(.*?)(?:\s*[\t,;=:]\s*|\s+)([\d.,]+(?:e[+-]?\d+)?)\s*%?$/i;

/** Empty lines and those that begin with `#` are no tasks. The same name twice is a problem, not a sum. */
export function parsePlan(text: string): PlanInput {
  const tasks: PlanTask[] = [];
  const problems: LineProblem[] = [];
  const known = new Set<string>();
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const given = raw.trim();
    if (given === '' || given.startsWith('#')) continue;
    if (tasks.length === 0 && /^\S+[\t,; ]+weight$/i.test(given)) continue; // The head of a table.
    const task = taskOf(given);
    const problem = typeof task === 'string' ? task : problemOf(task, known, tasks.length);
    if (typeof task === 'string' || problem !== null) {
      problems.push({ line: index + 1, message: problem ?? '' });
      continue;
    }
    known.add(task.id);
    tasks.push(task);
  }
  return { tasks, problems };
}

function taskOf(given: string): PlanTask | string {
  const [, name = '', number = ''] = line.exec(given.slice(0, mostLooked)) ?? [];
  const id = unquoted(name.trim());
  if (number === '') return `expected a task and its weight, as "sprites 3"; given was "${short(given)}"`;
  // 1,500 is one thing in one country and another in the next.
  if (/^\d{1,3}(,\d{3})+$/.test(number))
    return `"${number}" may be read in two ways; write ${number.replaceAll(',', '')} or ${number.replace(',', '.')}`;
  const weight = Number(/^\d+,\d+$/.test(number) ? number.replace(',', '.') : number);
  if (!Number.isFinite(weight)) return `"${short(number)}" is no weight; expected a number, as 3 or 0.35`;
  return { id, weight };
}

function problemOf({ id, weight }: PlanTask, known: ReadonlySet<string>, count: number): string | null {
  if (id === '') return 'the task has no name; expected "task weight"';
  if (id.length > longestId) return `the name has ${id.length} characters, ${longestId} at most`;
  if (weight <= 0 || weight > largestWeight) return `the weight of "${short(id)}" must be above 0 and at most 1e9`;
  if (known.has(id)) return `"${short(id)}" is there already; every task needs a name of its own`;
  return count >= mostTasks ? `more than ${mostTasks} tasks cannot be planned at once` : null;
}

const unquoted = (text: string): string => /^"(.*)"$/.exec(text)?.[1]?.replaceAll('""', '"') ?? text;

const short = (text: string): string => visible(text.length > 60 ? `${text.slice(0, 60)} …` : text);

/** The text with one task split into parts, where the task stood. */
export function withSplit(text: string, task: string, weights: readonly number[]): string {
  const lines = text.split(/\r\n|\r|\n/);
  const at = lines.findIndex((raw) => {
    const read = taskOf(raw.trim());
    return typeof read !== 'string' && read.id === task;
  });
  if (at === -1) return text;
  const parts = weights.map((weight, part) => `${task} ${part + 1}/${weights.length} ${Number(weight.toPrecision(4))}`);
  return [...lines.slice(0, at), ...parts, ...lines.slice(at + 1)].join('\n');
}
