/** What can be done to agents, and what that would do: to whom, and to how many. */
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { type Fleet, isWithin, subtree } from '../../protocol/fleet.ts';
import { holdOf } from '../../protocol/hold.ts';
import { counted } from './format.ts';

export const verbs = ['stop', 'pause', 'resume', 'restart'] as const;
export type Verb = (typeof verbs)[number];

/** A verb on what was chosen, worked out on a fleet. */
export interface ActionPlan {
  readonly verb: Verb;
  /** Whom to ask: a branch is asked at its top, and those below it are not asked again. */
  readonly targets: readonly string[];
  /** Agents that it would change, with all below them where the verb goes down. */
  readonly affected: number;
  /** Of these: who has a process now. */
  readonly running: number;
  /** Chosen, but nothing would become of them. */
  readonly untouched: number;
}

export function planAction(fleet: Fleet, verb: Verb, ids: readonly string[]): ActionPlan {
  const chosen = [...new Set(ids)].filter((id) => fleet.agents.has(id));
  const tops = verb === 'restart' ? chosen : uppermost(fleet, chosen);
  const branches = tops.map((id) => {
    const all = verb === 'restart' ? subtree(fleet, id).slice(0, 1) : subtree(fleet, id);
    return { id, changed: all.filter((agent) => wouldChange(verb, agent)) };
  });
  const touched = branches.filter(({ changed }) => changed.length > 0);
  const changed = touched.flatMap((branch) => branch.changed);
  return {
    verb,
    targets: touched.map(({ id }) => id),
    affected: changed.length,
    running: changed.filter(hasProcess).length,
    untouched: branches.length - touched.length,
  };
}

/** Which verbs would do anything to any of them. */
export const possibleVerbs = (fleet: Fleet, ids: readonly string[]): readonly Verb[] =>
  verbs.filter((verb) => planAction(fleet, verb, ids).affected > 0);

function uppermost(fleet: Fleet, ids: readonly string[]): readonly string[] {
  return ids.filter((id) => !ids.some((other) => other !== id && isWithin(fleet, id, other)));
}

function wouldChange(verb: Verb, agent: Agent): boolean {
  const { life } = agent;
  switch (verb) {
    case 'stop':
      return !isEnded(agent) && life.status !== 'stopping';
    case 'pause':
      return !isEnded(agent) && life.status !== 'stopping' && holdOf(life) === null;
    case 'resume':
      return holdOf(life) !== null;
    case 'restart':
      return isEnded(agent);
  }
}

const hasProcess = ({ life }: Agent): boolean => 'identity' in life && life.identity !== null;

/** The question, what happens, and the button: `name` where it is one agent. */
export interface ActionWords {
  readonly title: string;
  readonly consequence: string;
  readonly button: string;
}

export function actionWords(plan: ActionPlan, name: string | null): ActionWords {
  const { verb, affected } = plan;
  const agents = counted(affected, 'agent');
  const below = affected - 1;
  const whom =
    name === null || plan.targets.length > 1
      ? agents
      : below === 0
        ? name
        : `${name} and ${below === 1 ? 'the agent' : `the ${counted(below, 'agent')}`} below it`;
  return { title: `${capital[verb]} ${whom}?`, consequence: consequence(plan), button: `${capital[verb]} ${agents}` };
}

const capital: Readonly<Record<Verb, string>> = {
  stop: 'Stop',
  pause: 'Pause',
  resume: 'Resume',
  restart: 'Run again',
};

function consequence({ verb, affected, running, untouched }: ActionPlan): string {
  const one = affected === 1;
  const rest =
    untouched === 0 ? '' : ` ${counted(untouched, 'chosen agent')} ${untouched === 1 ? 'is' : 'are'} left as it is.`;
  switch (verb) {
    case 'stop':
      return `${one ? 'It is asked to end, and ended by force if it does not. It stays stopped, and can be run again.' : `Each is asked to end, and ended by force if it does not (${running} running, ${affected - running} waiting). They stay stopped, and can be run again.`}${rest}`;
    case 'pause':
      return `${one ? 'It is frozen where it is' : `They are frozen where they are (${running} running), and who waits is not started`} until resumed. Connections of a frozen program may close meanwhile.${rest}`;
    case 'resume':
      return `${one ? 'It goes' : 'They go'} on where ${one ? 'it was' : 'they were'} frozen.${rest}`;
    case 'restart':
      return `${one ? 'It runs' : 'Each runs'} once more as the next attempt, with the same prompt and settings; the log goes on, tokens and cost add up.${rest}`;
  }
}

/** Afterwards, for the notice. */
export const doneWords: Readonly<Record<Verb, (count: number) => string>> = {
  stop: (count) => `Stopped ${counted(count, 'agent')}.`,
  pause: (count) => `Paused ${counted(count, 'agent')}.`,
  resume: (count) => `Resumed ${counted(count, 'agent')}.`,
  restart: (count) => `${counted(count, 'agent')} will run again.`,
};

/** What a row says between the click and the first word of the coordinator. */
export const askedWords: Readonly<Record<Verb, string>> = {
  stop: 'stopping',
  pause: 'pausing',
  resume: 'resuming',
  restart: 'restarting',
};
