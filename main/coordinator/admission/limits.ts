/** How many may run and start at a time. Over a limit an agent waits in the queue and is told why. */
import { type AgentFacts, isActive } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { addSlots, type Slots, type SlotsOfKind } from '../../../protocol/slots.ts';

/** Waiting less than this is not worth a word. */
const briefSeconds = 1;

export interface Wait {
  readonly is: 'wait';
  readonly reason: string;
  /** Only until another has started. */
  readonly isBrief: boolean;
  /** Not for a slot: only until starts are far enough apart. */
  readonly isPace: boolean;
}

export type SlotDecision = { readonly is: 'admit' } | Wait;

/** Who asks for a slot. */
export type Candidate = Pick<AgentFacts, 'level' | 'parent_agent' | 'runtime'>;

/** Candidates with the same key are decided alike. */
export const candidateKey = ({ level, runtime, parent_agent }: Candidate): string =>
  `${level} ${runtime} ${parent_agent ?? ''}`;

/** What is true of all candidates at a moment. */
export interface Moment {
  readonly fleet: Fleet;
  /** Of those that run, who waits for its children just now: it gives its slot back for as long. */
  readonly waitingParents: Iterable<string>;
  /** Starts that are not over yet, also of those that the fleet shows as running already. */
  readonly underWay: number;
  /** MB that are free; null: not known. */
  readonly freeMemoryMb: number | null;
  readonly limits: Config['limits'];
  readonly isIntakePaused: boolean;
}

/** Decides for any candidate at this moment; what is true for all is looked at once. */
export function decideAt(moment: Moment): (candidate: Candidate) => SlotDecision {
  return decideWith(moment, givenBack(moment.fleet, moment.waitingParents));
}

/**
 * Decides for one after the other as if each that is admitted had its slot at once: who of many finds one. That only so many
 * start at a time passes in a moment and keeps nobody from a slot.
 */
export function handOut(given: Moment): (candidate: Candidate) => SlotDecision {
  const moment = { ...given, limits: { ...given.limits, max_starting: Number.POSITIVE_INFINITY } };
  let slots = givenBack(moment.fleet, moment.waitingParents);
  let decide = decideWith(moment, slots);
  // Slots only become fewer, so who is refused once is refused from then on.
  const refused = new Map<string, Wait>();
  return (candidate) => {
    const key = candidateKey(candidate);
    const decided = refused.get(key) ?? decide(candidate);
    if (decided.is === 'wait') refused.set(key, decided);
    else {
      slots = addSlots(slots, candidate, 1);
      decide = decideWith(moment, slots);
    }
    return decided;
  };
}

function decideWith(moment: Moment, slots: Slots): (candidate: Candidate) => SlotDecision {
  const { limits, fleet, underWay, freeMemoryMb, isIntakePaused } = moment;
  const kinds = [...slots.byKind.values()];
  const forAll = decideForAll(sumOf(kinds));
  if (forAll !== null) return () => forAll;
  return (candidate) => {
    const { level, runtime, parent_agent } = candidate;
    const tier = fullTier(kinds, limits.max_running, limits, level);
    if (tier !== null)
      return waitFor(`${tierWords(tier)}; the others are kept for levels below (limits.reserved_per_level)`);
    const ofLevel = limits.max_running_per_level[String(level)];
    const onLevel = sumOf(kinds.filter((kind) => kind.level === level));
    if (ofLevel !== undefined && onLevel >= ofLevel) {
      return waitFor(`${onLevel} of ${ofLevel} agents of level ${level} run (limits.max_running_per_level)`);
    }
    const ofRuntime = limits.max_running_per_runtime[runtime];
    if (ofRuntime !== undefined) {
      const same = kinds.filter((kind) => kind.runtime === runtime);
      const running = sumOf(same);
      if (running >= ofRuntime) {
        return waitFor(
          `${running} of ${ofRuntime} agents of the runtime ${runtime} run (limits.max_running_per_runtime)`,
        );
      }
      const full = fullTier(same, ofRuntime, limits, level);
      if (full !== null) {
        return waitFor(
          `of the runtime ${runtime}, ${tierWords(full)}; the others are kept for levels below (limits.max_running_per_runtime, limits.reserved_per_level)`,
        );
      }
    }
    const siblings = parent_agent === null ? 0 : (slots.byParent.get(parent_agent) ?? 0);
    if (siblings >= limits.max_running_per_parent) {
      return waitFor(
        `${siblings} of ${limits.max_running_per_parent} children of ${parent_agent} run (limits.max_running_per_parent)`,
      );
    }
    return { is: 'admit' };
  };

  function decideForAll(running: number): SlotDecision | null {
    if (isIntakePaused) return waitFor('the operator has paused all starts (intake_paused)');
    if (running >= limits.max_running) {
      return waitFor(`${running} of ${limits.max_running} agents run (limits.max_running)`);
    }
    if (freeMemoryMb !== null && freeMemoryMb < limits.min_free_memory_mb) {
      return waitFor(
        `${freeMemoryMb} MB of memory are free, ${limits.min_free_memory_mb} are kept (limits.min_free_memory_mb)`,
      );
    }
    const starting = Math.max(fleet.counts.starting, underWay);
    return starting < limits.max_starting ? null : { ...startingWait(starting, limits), isBrief: true };
  }
}

/** Of the slots, how many the agents of `level` and above hold, and may hold. */
export interface Tier {
  readonly level: number;
  readonly held: number;
  readonly room: number;
}

/**
 * Of `most` slots, the agents of a level and above may hold all but `reserved_per_level` for each level below it. So of
 * those that hold slots some have nobody below them in the queue, and these end: whatever comes in whatever order, there is no
 * standstill. None where there are not more slots than levels.
 */
export function tiers(
  kinds: readonly SlotsOfKind[],
  most: number,
  { max_depth, reserved_per_level }: Pick<Config['limits'], 'max_depth' | 'reserved_per_level'>,
): readonly Tier[] {
  if (reserved_per_level === 0 || most <= max_depth * reserved_per_level) return [];
  return Array.from({ length: max_depth }, (_, level) => ({
    level,
    held: sumOf(kinds.filter((kind) => kind.level <= level)),
    room: most - (max_depth - level) * reserved_per_level,
  }));
}

/** The first one that is full for a candidate of this level. */
const fullTier = (kinds: readonly SlotsOfKind[], most: number, limits: Config['limits'], level: number): Tier | null =>
  tiers(kinds, most, limits).find((tier) => tier.level >= level && tier.held >= tier.room) ?? null;

const tierWords = ({ level, held, room }: Tier): string =>
  `${held} of ${room} slots of level ${level} and above are taken`;

const waitFor = (what: string): Wait => ({ is: 'wait', reason: `waiting: ${what}`, isBrief: false, isPace: false });

const startingWait = (starting: number, limits: Config['limits']): Wait =>
  waitFor(`${starting} of ${limits.max_starting} agents start (limits.max_starting)`);

const sumOf = (kinds: readonly SlotsOfKind[]): number => kinds.reduce((sum, { count }) => sum + count, 0);

/** How many have a slot, without the parents that have lent theirs. */
export function slotsTaken(fleet: Fleet, waitingParents: Iterable<string>): number {
  return sumOf([...givenBack(fleet, waitingParents).byKind.values()]);
}

/** The slots that are held, without those that waiting parents have lent. */
export function givenBack(fleet: Fleet, waitingParents: Iterable<string>): Slots {
  let { slots } = fleet;
  for (const id of waitingParents) {
    const agent = fleet.agents.get(id);
    if (agent !== undefined && isActive(agent)) slots = addSlots(slots, agent.facts, -1);
  }
  return slots;
}

/** For one that holds its slot already and is started once more: only the number of starts counts. */
export function decideAgain(underWay: number, limits: Config['limits']): SlotDecision {
  return underWay < limits.max_starting ? { is: 'admit' } : { ...startingWait(underWay, limits), isBrief: true };
}

/** For whoever would be the `place`-th to start at this pace. */
export function waitForPace(place: number, limits: Config['limits']): Wait {
  return {
    is: 'wait',
    reason: 'waiting: starts are spread over time (limits.starts_per_second)',
    isBrief: place / limits.starts_per_second < briefSeconds,
    isPace: true,
  };
}
