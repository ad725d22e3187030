/** From a plan to the batch that carries it out: exactly what is shown is what is sent. */
import type { Fleet } from '../../protocol/fleet.ts';
import { isEnded } from '../../protocol/agent.ts';
import type { PlanAnswer } from '../../protocol/plan.ts';
import { agentPath, pathWords } from './agent-path.ts';
import { percent } from './share-bars.ts';
import { visible } from './visible-text.ts';

export interface DeploymentChoice {
  /** '' : none, the operator deploys at the top. */
  readonly parent: string;
  /** '' : the coordinator's default. */
  readonly runtime: string;
  readonly group: string;
  /** With `{tasks}`, `{worker}`, `{workers}`, `{share}` in it. */
  readonly template: string;
}

/** A type and no interface, so that it fits a request, which may have further fields. */
export type PlannedAgent = {
  readonly agent_type: string;
  readonly name: string;
  readonly estimated_workload: number;
  readonly group: { readonly id: string; readonly size: number };
  readonly config: { readonly prompt: string; readonly runtime?: string };
};

export type Batch = {
  readonly parent_agent?: string;
  readonly agents: PlannedAgent[];
};

/** Who gets nothing is not deployed. */
export function batchOf(plan: PlanAnswer, choice: DeploymentChoice, fleet: Fleet): Batch {
  const workers = plan.workers.filter(({ tasks }) => tasks.length > 0);
  const { parent, runtime, group, template } = choice;
  const prefix = prefixBelow(fleet, parent);
  const first = nextNumber(fleet, parent, prefix);
  return {
    ...(parent === '' ? {} : { parent_agent: parent }),
    agents: workers.map(({ worker, tasks, share }, at) => ({
      agent_type: parent === '' ? 'L1' : `${prefix}${first + at}`,
      name: nameOf(tasks),
      // Shares of 1 with so many digits that they still add up to it.
      estimated_workload: Number(share.toPrecision(9)),
      group: { id: group, size: workers.length },
      config: {
        prompt: promptOf(template, { worker, workers: workers.length, tasks, share }),
        ...(runtime === '' ? {} : { runtime }),
      },
    })),
  };
}

/** What the first worker of the plan is told; null: there is none. */
export function firstPrompt(plan: PlanAnswer | null, template: string): string | null {
  const workers = plan?.workers.filter(({ tasks }) => tasks.length > 0) ?? [];
  const [first] = workers;
  return first === undefined ? null : promptOf(template, { ...first, workers: workers.length });
}

/** `L2.`, below L2.3 `L3.3.`. */
function prefixBelow(fleet: Fleet, parent: string): string {
  const agent = fleet.agents.get(parent);
  const external = fleet.externals.get(parent);
  const level = agent?.facts.level ?? external?.level ?? 0;
  const places = agent === undefined ? '' : (/^L\d+((?:\.\d+)*)$/.exec(agent.facts.agent_type)?.[1] ?? '');
  return `L${level + 1}${places}.`;
}

/** After the highest of the children that are there, so that no two have one type. */
function nextNumber(fleet: Fleet, parent: string, prefix: string): number {
  const children = fleet.agents.get(parent)?.children ?? fleet.externals.get(parent)?.children ?? [];
  const numbers = children.flatMap((id) => {
    const type = fleet.agents.get(id)?.facts.agent_type ?? '';
    const number = type.startsWith(prefix) ? Number(type.slice(prefix.length)) : Number.NaN;
    return Number.isInteger(number) ? [number] : [];
  });
  return Math.max(0, ...numbers) + 1;
}

/** One line without what acts on text, as the protocol wants names. */
function nameOf(tasks: readonly string[]): string {
  const name = tasks
    .join(', ')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ')
    .trim();
  const short = [...name].slice(0, 60).join('').trim();
  return name === '' ? 'worker' : short === name ? name : `${short} …`;
}

function promptOf(
  template: string,
  { worker, workers, tasks, share }: { worker: number; workers: number; tasks: readonly string[]; share: number },
): string {
  const fields: Readonly<Record<string, string>> = {
    '{tasks}': tasks.map((task) => `- ${task}`).join('\n'),
    '{worker}': String(worker),
    '{workers}': String(workers),
    '{share}': percent(share),
  };
  return template.replaceAll(/\{(?:tasks|worker|workers|share)\}/g, (field) => fields[field] ?? field);
}

export interface ParentChoice {
  readonly id: string;
  readonly words: string;
  /** It was chosen before and has ended since: nobody is deployed below it. */
  readonly gone: boolean;
}

/** Under whom agents can be deployed: who lives, and parents started elsewhere; and who was chosen before and is gone. */
export function parentChoices(fleet: Fleet, chosen: string): readonly ParentChoice[] {
  const ids = [
    ...fleet.externals.keys(),
    ...[...fleet.living.keys()].filter((id) => {
      const agent = fleet.agents.get(id);
      return agent !== undefined && !isEnded(agent) && agent.life.status !== 'stopping';
    }),
  ];
  const there = ids
    .map((id) => ({ id, words: pathWords(agentPath(fleet, id)), gone: false }))
    .sort((a, b) => (a.words < b.words ? -1 : a.words > b.words ? 1 : 0));
  if (chosen === '' || ids.includes(chosen)) return there;
  return [...there, { id: chosen, words: `${visible(chosen)} (has ended)`, gone: true }];
}

/** What keeps the batch from being sent, beside what the coordinator says; null: nothing. */
export function obstacle(
  plan: PlanAnswer | null,
  choice: DeploymentChoice,
  parents: readonly ParentChoice[],
): string | null {
  if (plan === null) return 'There is no plan yet: write tasks with their weights.';
  if (parents.some(({ id, gone }) => gone && id === choice.parent)) return 'The parent has ended: choose another.';
  if (choice.group.trim() === '') return 'The group needs a name: it is how the work is held together.';
  if (choice.template.trim() === '') return 'The prompt is empty: say what a worker is to do with its tasks.';
  if (!choice.template.includes('{tasks}'))
    return 'The prompt does not hold {tasks}: the workers would not learn what is theirs.';
  return null;
}
