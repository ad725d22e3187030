/**
 * The one reducer: fleet(state, event). The coordinator's registry, the snapshot, the state files and the dashboard's
 * store are this function over the same events, so they cannot disagree. Pure: persistent maps, nothing is changed in place.
 */
import { type PersistentMap, persistentMap } from './persistent-map.ts';
import { type Agent, type External, isEnded, isWaiting, type Life, unknownUsage } from './agent.ts';
import {
  afterDecision,
  afterTurn,
  approvalOf,
  type Approvals,
  asking,
  closeApprovals,
  decidedApproval,
  latest,
  mayAsk,
} from './approving.ts';
import { acknowledge, forgetInboxes, type Inboxes, noteForParent } from './inboxes.ts';
import { acceptances, type EventOf, type RequestRecord, type Sequenced, type ZiggieEvent } from './events.ts';
import { live, type TurnEvent } from './life-turn.ts';
import { nextToStart } from './next-to-start.ts';
import { holdBelow } from './hold.ts';
import { requeued } from './requeuing.ts';
import { moveSlot, noSlots, type Slots } from './slots.ts';
import { type DaySpent, noDay, spentBy, spentOnDay } from './spending.ts';
import { noAmounts, plusAmounts } from './budget.ts';

export interface Fleet {
  /** Position in the journal of the last event folded in; 0 before the first. */
  readonly seq: number;
  readonly agents: PersistentMap<string, Agent>;
  readonly externals: PersistentMap<string, External>;
  readonly requests: PersistentMap<string, RequestRecord>;
  /** By parent, ours or outside: what it has yet to learn of its children. */
  readonly inboxes: Inboxes;
  /** Open ones, and those decided last, by id. */
  readonly approvals: Approvals;
  /** How many agents were ever accepted: the next ordinal is one more. */
  readonly accepted: number;
  /** Ids of agents whose life has not ended, in order of acceptance. */
  readonly living: PersistentMap<string, true>;
  /** How many agents are in each state that is not an end. */
  readonly counts: Counts;
  /** The same for limits: who has a process, by parent, level and runtime. */
  readonly slots: Slots;
  /** What was spent on the last UTC day on which anything was. */
  readonly day: DaySpent;
}

export type Counts = Readonly<Record<'queued' | 'starting' | 'running' | 'paused' | 'stopping' | 'backoff', number>>;
export const noCounts: Counts = { queued: 0, starting: 0, running: 0, paused: 0, stopping: 0, backoff: 0 };

export const emptyFleet: Fleet = {
  seq: 0,
  agents: persistentMap(),
  externals: persistentMap(),
  requests: persistentMap(),
  inboxes: persistentMap(),
  approvals: persistentMap(),
  accepted: 0,
  living: persistentMap(),
  counts: noCounts,
  slots: noSlots,
  day: noDay,
};

export function fleet(state: Fleet, { seq, event }: Sequenced): Fleet {
  if (seq <= state.seq) return state; // Already folded in: replaying a tail twice changes nothing.
  return { ...apply(state, event, seq), seq };
}

/**
 * For folding many events at a start: maps that are changed in place, which saves most of the time. Each event is folded
 * into the newest state; of those before it only the latest may be looked at. Ends with `settled`.
 */
export const inPlace = (state: Fleet): Fleet => withMaps(state, (map) => map.asMutable());

/** A fleet like any other again, of what `inPlace` gave. */
export const settled = (state: Fleet): Fleet => withMaps(state, (map) => map.asImmutable());

function withMaps(state: Fleet, change: <T>(map: PersistentMap<string, T>) => PersistentMap<string, T>): Fleet {
  const { agents, externals, requests, inboxes, approvals, living, slots } = state;
  return {
    ...state,
    agents: change(agents),
    externals: change(externals),
    requests: change(requests),
    inboxes: change(inboxes),
    approvals: change(approvals),
    living: change(living),
    slots: { byParent: change(slots.byParent), byKind: change(slots.byKind) },
  };
}

function apply(state: Fleet, event: ZiggieEvent, seq: number): Fleet {
  switch (event.type) {
    case 'coordinator_started':
    case 'coordinator_stopped':
    case 'storage_recovered':
    case 'time_gap':
      return state;
    case 'agents_forgotten':
      return forgetAll(state, event.agent_ids);
    case 'inbox_acknowledged':
      return { ...state, inboxes: acknowledge(state.inboxes, event.agent_id, Math.min(event.up_to, seq)) };
    case 'requests_forgotten':
      return { ...state, requests: state.requests.deleteAll(event.request_ids) };
    case 'external_seen':
      if (state.externals.has(event.agent_id)) return state;
      return {
        ...state,
        externals: state.externals.set(event.agent_id, {
          agent_id: event.agent_id,
          level: event.level,
          first_seen: event.at,
          children: [],
        }),
      };
    case 'request_refused':
      return withRequest(state, event.request_id, {
        sha256: event.request_sha256,
        agent_id: null,
        failure: event.failure,
        answered: false,
        at: event.at,
      });
    case 'request_done':
      return done(state, event);
    case 'request_answered': {
      const request = state.requests.get(event.request_id);
      return request === undefined ? state : withRequest(state, event.request_id, { ...request, answered: true });
    }
    case 'agent_accepted':
      return accept(state, event, false);
    case 'batch_accepted':
      return acceptBatch(state, event);
    case 'agents_requeued':
      return requeueAll(state, event, seq);
    case 'agent_reprioritized':
      return reprioritize(state, event, seq);
    case 'approval_requested':
      return requested(state, event, seq);
    case 'approval_decided':
      return decide(state, event, seq);
    default:
      return turn(state, event, seq);
  }
}

/** One step of an agent's life, and what it means for what the agent has asked for. */
function turn(state: Fleet, event: TurnEvent, seq: number): Fleet {
  const before = state.agents.get(event.agent_id);
  const after = withAgent(state, event.agent_id, (agent) => afterTurn(live(agent, event), event), seq, event);
  const now = after.agents.get(event.agent_id);
  if (before === undefined || now === undefined || before === now || after.approvals.size === 0) return after;
  return { ...after, approvals: closeApprovals(after.approvals, before, now, event.at) };
}

/** The same again changes nothing, and what does not run cannot ask. */
function requested(state: Fleet, event: EventOf<'approval_requested'>, seq: number): Fleet {
  const agent = state.agents.get(event.agent_id);
  if (agent === undefined || !mayAsk(agent) || state.approvals.has(event.approval_id)) return state;
  const approvals = latest(state.approvals.set(event.approval_id, approvalOf(event)));
  if (event.granted_by !== undefined) return { ...state, approvals };
  return { ...withAgent(state, event.agent_id, (one) => asking(one, event), seq, event), approvals };
}

/** The first decision is the one that counts, and only of the agent that asked: a branch hears of no other. */
function decide(state: Fleet, event: EventOf<'approval_decided'>, seq: number): Fleet {
  const approval = state.approvals.get(event.approval_id);
  if (approval?.status !== 'open' || approval.agent_id !== event.agent_id) return state;
  const decided = decidedApproval(approval, event);
  const after = withAgent(state, approval.agent_id, (agent) => afterDecision(agent, decided), seq, event);
  return { ...after, approvals: latest(state.approvals.set(approval.approval_id, decided)) };
}

function acceptBatch(state: Fleet, event: EventOf<'batch_accepted'>): Fleet {
  const { request_id, request_sha256, agent_ids, door, at } = event;
  // The batch has the answer; its members are owed none of their own.
  const accepted = acceptances(event).reduce((before, one) => accept(before, one, true), state);
  return withRequest(accepted, request_id, {
    sha256: request_sha256,
    agent_id: null,
    batch: { agent_ids, door },
    failure: null,
    answered: false,
    at,
  });
}

function accept(state: Fleet, { facts, request_sha256, at }: EventOf<'agent_accepted'>, answered: boolean): Fleet {
  if (state.agents.has(facts.agent_id)) return state;
  const hold = holdBelow(state.agents, facts.parent_agent);
  const agent: Agent = {
    facts,
    life: { status: 'queued', since: at, reason: nextToStart, ...(hold === null ? {} : { hold }) },
    usage: unknownUsage,
    usage_before: unknownUsage,
    failures: 0,
    children: [],
  };
  const request = { sha256: request_sha256, agent_id: facts.agent_id, failure: null, answered, at };
  return adopt(
    {
      ...withRequest(state, facts.request_id, request),
      agents: state.agents.set(facts.agent_id, agent),
      living: state.living.set(facts.agent_id, true),
      accepted: Math.max(state.accepted, facts.ordinal),
      counts: count(state.counts, null, agent.life),
    },
    facts.parent_agent,
    facts.agent_id,
  );
}

function requeueAll(state: Fleet, event: EventOf<'agents_requeued'>, seq: number): Fleet {
  const { request_id, request_sha256, agent_ids, at } = event;
  const change = (fleet: Fleet, id: string): Fleet =>
    withAgent(
      fleet,
      id,
      (agent) => requeued(agent, event, holdBelow(fleet.agents, agent.facts.parent_agent)),
      seq,
      event,
    );
  return withRequest(agent_ids.reduce(change, state), request_id, {
    sha256: request_sha256,
    agent_id: null,
    restarted: agent_ids,
    failure: null,
    answered: true, // Whoever asks again is answered anew.
    at,
  });
}

/** Only what waits has a place in the queue; the request is remembered in any case. */
function reprioritize(state: Fleet, event: EventOf<'agent_reprioritized'>, seq: number): Fleet {
  const { agent_id, priority, request_id, request_sha256, at } = event;
  if (!state.agents.has(agent_id)) return state;
  const change = (agent: Agent): Agent =>
    isWaiting(agent) ? { ...agent, facts: { ...agent.facts, priority } } : agent;
  return withRequest(withAgent(state, agent_id, change, seq, event), request_id, {
    sha256: request_sha256,
    agent_id: null,
    reprioritized: agent_id,
    failure: null,
    answered: true, // Whoever asks again is answered anew.
    at,
  });
}

/** Of two with one id the first stands. */
function done(state: Fleet, event: EventOf<'request_done'>): Fleet {
  const { request_id, request_sha256, action, target, changed, at } = event;
  if (state.requests.has(request_id) || (target !== null && !state.agents.has(target))) return state;
  return withRequest(state, request_id, {
    sha256: request_sha256,
    agent_id: null,
    done: { action, target, changed },
    failure: null,
    answered: true, // Whoever asks again is answered anew.
    at,
  });
}

function forgetAll(state: Fleet, agentIds: readonly string[]): Fleet {
  // Whoever has a living agent below stays: nobody is left without the parent that the tree shows it under.
  const forgettable = agentIds.filter(
    (id) => !subtree(state, id).some(({ facts }) => state.living.has(facts.agent_id)),
  );
  const known = agentIds.filter((id) => state.agents.has(id));
  // Children first: what each spent stays known at its parent.
  const left = forgettable.toReversed().reduce(forget, state);
  const gone = new Set(known.filter((id) => !left.agents.has(id)));
  return {
    ...left,
    inboxes: forgetInboxes(left.inboxes, gone),
    approvals: left.approvals.filter(({ agent_id }) => !gone.has(agent_id)),
    requests: forgetRequests(left),
  };
}

/** A batch, and a request that changed agents, is known for as long as one of its agents is. */
function forgetRequests({ requests, agents }: Fleet): Fleet['requests'] {
  const isKnown = (ids: readonly string[] | undefined): boolean =>
    ids === undefined || ids.some((id) => agents.has(id));
  return requests.filter(
    ({ batch, restarted, reprioritized, done: { target = null } = {} }) =>
      isKnown(batch?.agent_ids) &&
      isKnown(restarted) &&
      isKnown(reprioritized === undefined ? undefined : [reprioritized]) &&
      isKnown(target === null ? undefined : [target]),
  );
}

/** Only what has ended can be forgotten. */
/** Who is forgotten has ended. */
const noneRuns = (): null => null;

function forget(state: Fleet, agentId: string): Fleet {
  const agent = state.agents.get(agentId);
  if (agent === undefined || state.living.has(agentId)) return state;
  const { parent_agent: parentId, request_id: requestId } = agent.facts;
  const without = (children: readonly string[]): string[] => children.filter((child) => child !== agentId);
  const parent = parentId === null ? undefined : state.agents.get(parentId);
  const external = parentId === null ? undefined : state.externals.get(parentId);
  const agents = state.agents.delete(agentId);
  return {
    ...state,
    agents:
      parent === undefined
        ? agents
        : agents.set(parent.facts.agent_id, {
            ...parent,
            children: without(parent.children),
            spent_by_forgotten: plusAmounts(
              parent.spent_by_forgotten ?? noAmounts,
              plusAmounts(agent.spent_by_forgotten ?? noAmounts, spentBy(agent, noneRuns)),
            ),
          }),
    externals:
      external === undefined
        ? state.externals
        : state.externals.set(external.agent_id, { ...external, children: without(external.children) }),
    requests: state.requests.get(requestId)?.agent_id === agentId ? state.requests.delete(requestId) : state.requests,
  };
}

/** Enters a child at its parent, of ours or external. */
function adopt(state: Fleet, parentId: string | null, childId: string): Fleet {
  if (parentId === null) return state;
  const parent = state.agents.get(parentId);
  if (parent !== undefined) {
    return { ...state, agents: state.agents.set(parentId, { ...parent, children: [...parent.children, childId] }) };
  }
  const external = state.externals.get(parentId);
  if (external === undefined) return state;
  return {
    ...state,
    externals: state.externals.set(parentId, { ...external, children: [...external.children, childId] }),
  };
}

function withRequest(state: Fleet, requestId: string, record: RequestRecord): Fleet {
  return { ...state, requests: state.requests.set(requestId, record) };
}

function withAgent(
  state: Fleet,
  agentId: string,
  change: (agent: Agent) => Agent,
  seq: number,
  event: ZiggieEvent,
): Fleet {
  const agent = state.agents.get(agentId);
  if (agent === undefined) return state;
  const changed = change(agent);
  if (changed === agent) return state;
  const over = isEnded(changed);
  const living = isEnded(agent) ? state.living.set(agentId, true) : state.living;
  return {
    ...state,
    agents: state.agents.set(agentId, changed),
    day: spentOnDay(state.day, agent, changed, event.at),
    inboxes: noteForParent(state.inboxes, seq, event, changed),
    living: over ? state.living.delete(agentId) : living,
    counts: count(state.counts, agent.life, changed.life),
    slots: moveSlot(state.slots, agent, changed),
  };
}

/** One agent goes from one state to another; ends are not counted. */
export function count(counts: Counts, from: Life | null, to: Life): Counts {
  if (from?.status === to.status) return counts;
  const next = { ...counts };
  if (from !== null && from.status !== 'ended' && from.status !== 'never_began') next[from.status] -= 1;
  if (to.status !== 'ended' && to.status !== 'never_began') next[to.status] += 1;
  return next;
}

/** All agents, oldest first. */
export function agentsInOrder({ agents }: Fleet): readonly Agent[] {
  const known = ordered.get(agents);
  if (known !== undefined) return known;
  const order = [...agents.values()].sort((a, b) => a.facts.ordinal - b.facts.ordinal);
  ordered.set(agents, order);
  return order;
}

/** Sorted once for each state: between two events a fleet may be listed a hundred times. */
const ordered = new WeakMap<Fleet['agents'], readonly Agent[]>();

/** Agents whose life has not ended, oldest first. */
export function livingAgents(state: Fleet): Agent[] {
  return [...state.living.keys()]
    .flatMap((id) => state.agents.get(id) ?? [])
    .sort((a, b) => a.facts.ordinal - b.facts.ordinal);
}

/** The agent itself and all below it, parents before children. Unknown ids give an empty list. */
export function subtree(state: Fleet, agentId: string): Agent[] {
  const agent = state.agents.get(agentId);
  if (agent === undefined) return [];
  return [agent, ...agent.children.flatMap((child) => subtree(state, child))];
}

/** True if `agentId` is `ancestorId` or lies below it. */
export function isWithin(state: Fleet, agentId: string, ancestorId: string): boolean {
  for (let at: string | null = agentId; at !== null; at = state.agents.get(at)?.facts.parent_agent ?? null) {
    if (at === ancestorId) return true;
  }
  return false;
}
