/**
 * The one reducer: fleet(state, event). The coordinator's registry, the snapshot, the state files and the dashboard's
 * store are this function over the same events, so they cannot disagree. Pure: persistent maps, nothing is changed in place.
 */
import { type PersistentMap, persistentMap } from './persistent-map.ts';
import { type Agent, type External, isEnded, isWaiting, type Life, unknownUsage } from './agent.ts';
import { attemptOf } from './attempt.ts';
import {
  afterDecision,
  afterTurn,
  approvalOf,
  type Approvals,
  approvalsInOrder,
  asking,
  closeApprovals,
  decidedApproval,
  latest,
  mayAsk,
} from './approving.ts';
import { addUsage } from './usage.ts';
import { acknowledge, forgetInboxes, type Inboxes, noteForParent } from './inboxes.ts';
import {
  acceptances,
  type EventOf,
  type FleetSnapshot,
  type RequestRecord,
  type Sequenced,
  type ZiggieEvent,
} from './events.ts';
import { nextToStart } from './next-to-start.ts';
import { heldField, holdBelow, holdOf } from './hold.ts';
import { paused, resumed } from './pausing.ts';
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
const noCounts: Counts = { queued: 0, starting: 0, running: 0, paused: 0, stopping: 0, backoff: 0 };

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
    ({ batch, restarted, reprioritized }) =>
      isKnown(batch?.agent_ids) &&
      isKnown(restarted) &&
      isKnown(reprioritized === undefined ? undefined : [reprioritized]),
  );
}

/** Only what has ended can be forgotten. */
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
              plusAmounts(agent.spent_by_forgotten ?? noAmounts, spentBy(agent, 0)),
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

/** What happens to one agent. */
export type AgentEvent = Exclude<
  Extract<ZiggieEvent, { agent_id: string }>,
  { type: 'external_seen' } | { type: 'inbox_acknowledged' }
>;

/** A turn in its life, as against what it asks for. */
type TurnEvent = Exclude<AgentEvent, { type: 'approval_requested' | 'approval_decided' | 'agent_reprioritized' }>;

/** One step of one life. An event that does not fit the state changes nothing: an end is final. */
function live(agent: Agent, event: TurnEvent): Agent {
  const { life } = agent;
  switch (event.type) {
    case 'agent_waiting':
      if (life.status !== 'queued' && life.status !== 'backoff') return agent;
      return { ...agent, life: { ...life, reason: event.reason } };
    case 'agent_starting':
      // From `running` where its launcher left without ever letting it begin.
      if (life.status === 'stopping' || life.status === 'ended' || life.status === 'never_began') return agent;
      return {
        ...agent,
        ...ranBefore(agent),
        life: { status: 'starting', since: event.at, ...attemptOf(event), ...heldField(life) },
      };
    case 'agent_started':
      return started(agent, event);
    case 'agent_usage':
      return life.status === 'ended' ? agent : { ...agent, usage: addUsage(agent.usage_before, event.usage) };
    case 'agent_doubted':
      return doubted(agent, event);
    case 'agent_stopping':
      return stopping(agent, event);
    case 'agent_paused':
      return paused(agent, event);
    case 'agent_resumed':
      return resumed(agent, event);
    case 'replan_suggested':
      return replanned(agent, event);
    case 'agent_restarting':
      return restarting(agent, event);
    case 'agent_ended':
      if (life.status === 'queued' || life.status === 'ended' || life.status === 'never_began') return agent;
      return { ...agent, life: endedLife(life, event) };
    case 'agent_never_began':
      return neverBegan(agent, event);
  }
}

function replanned(agent: Agent, { at, share, basis, suggestion }: EventOf<'replan_suggested'>): Agent {
  return agent.replan === undefined && !isEnded(agent) ? { ...agent, replan: { at, share, basis, suggestion } } : agent;
}

/** The attempt that the back-off followed is not the present one any more. */
function ranBefore({ life, ran_before = 0 }: Agent): Pick<Agent, 'ran_before'> {
  const seconds = life.status === 'backoff' ? (life.ending.execution_time_seconds ?? 0) : 0;
  return seconds === 0 ? {} : { ran_before: ran_before + seconds };
}

/** From `running` and `paused` where its launcher left without ever letting it begin. */
function neverBegan(agent: Agent, { as, at, failure }: EventOf<'agent_never_began'>): Agent {
  const { life } = agent;
  if (isEnded(agent) || life.status === 'stopping' || life.status === 'backoff') return agent;
  const attempts = 'attempt' in life ? life.attempt : life.status === 'queued' ? life.attempts : undefined;
  return {
    ...agent,
    life: { status: 'never_began', as, at, failure, ...(attempts === undefined ? {} : { attempts }) },
  };
}

function started(agent: Agent, event: Extract<AgentEvent, { type: 'agent_started' }>): Agent {
  const { life } = agent;
  const run = { identity: event.identity, started_at: event.at };
  const hold = holdOf(life);
  if ((life.status === 'starting' || life.status === 'paused') && hold !== null) {
    const ran = { seconds: 0, at: event.at };
    return { ...agent, life: { ...attemptOf(life), status: 'paused', ...run, ran, ...hold } };
  }
  if (life.status === 'starting' || life.status === 'running') {
    return { ...agent, life: { ...attemptOf(life), status: 'running', ...run } };
  }
  // Stopped between the start and its confirmation: it has a process now, and that process is being stopped.
  return life.status === 'stopping' ? { ...agent, life: { ...life, ...run } } : agent;
}

function doubted(agent: Agent, event: Extract<AgentEvent, { type: 'agent_doubted' }>): Agent {
  const { status } = agent.life;
  if (status !== 'running' && status !== 'paused' && status !== 'stopping') return agent;
  const { doubt, ...life } = agent.life;
  if (doubt?.is === (event.doubt ?? undefined)) return agent;
  return { ...agent, life: event.doubt === null ? life : { ...life, doubt: { is: event.doubt, since: event.at } } };
}

function stopping(agent: Agent, event: Extract<AgentEvent, { type: 'agent_stopping' }>): Agent {
  const { life } = agent;
  if (life.status !== 'starting' && life.status !== 'running' && life.status !== 'paused') return agent;
  const run =
    life.status === 'starting'
      ? { identity: null, started_at: null }
      : { identity: life.identity, started_at: life.started_at, ...ranField(life, event.at) };
  const { by, reason, detail } = event;
  const why = detail === undefined ? { by, reason } : { by, reason, detail };
  return { ...agent, life: { ...attemptOf(life), status: 'stopping', ...run, since: event.at, ...why } };
}

/** What was paused runs again from here on: it is woken to be asked. */
function ranField(life: Extract<Life, { status: 'running' | 'paused' }>, at: string): Pick<typeof life, 'ran'> {
  if (life.ran === undefined) return {};
  return { ran: life.status === 'paused' ? { seconds: life.ran.seconds, at } : life.ran };
}

function restarting(agent: Agent, event: Extract<AgentEvent, { type: 'agent_restarting' }>): Agent {
  const { life } = agent;
  if (life.status !== 'running' && life.status !== 'paused') return agent;
  const { at, attempt, until, reason, ending, failures } = event;
  const { started_at } = life;
  return {
    ...agent,
    life: { status: 'backoff', attempt, since: at, until, reason, ending, started_at, ...heldField(life) },
    usage_before: agent.usage,
    failures,
  };
}

function endedLife(
  life: Extract<Life, { status: 'starting' | 'running' | 'paused' | 'stopping' | 'backoff' }>,
  event: Extract<AgentEvent, { type: 'agent_ended' }>,
): Life {
  const run =
    life.status === 'starting' || life.status === 'backoff'
      ? { pid: null, started_at: life.status === 'starting' ? null : life.started_at }
      : { pid: life.identity?.pid ?? null, started_at: life.started_at };
  const isStopped = life.status === 'stopping' && life.reason === 'stop';
  const ending = isStopped ? { ...event.ending, stopped_by: life.by } : event.ending;
  return { status: 'ended', ending, attempt: event.attempt, ...run };
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
function count(counts: Counts, from: Life | null, to: Life): Counts {
  if (from?.status === to.status) return counts;
  const next = { ...counts };
  if (from !== null && from.status !== 'ended' && from.status !== 'never_began') next[from.status] -= 1;
  if (to.status !== 'ended' && to.status !== 'never_began') next[to.status] += 1;
  return next;
}

export function toSnapshot(state: Fleet): FleetSnapshot {
  return {
    seq: state.seq,
    accepted: state.accepted,
    agents: [...agentsInOrder(state)],
    externals: [...state.externals.values()],
    requests: [...state.requests.entries()],
    inboxes: [...state.inboxes.entries()],
    day: state.day,
    approvals: approvalsInOrder(state.approvals),
  };
}

export function fromSnapshot(snapshot: FleetSnapshot): Fleet {
  const living = snapshot.agents.filter(({ life }) => life.status !== 'ended' && life.status !== 'never_began');
  return {
    seq: snapshot.seq,
    agents: persistentMap(snapshot.agents.map((agent) => [agent.facts.agent_id, agent])),
    externals: persistentMap(snapshot.externals.map((external) => [external.agent_id, external])),
    requests: persistentMap(snapshot.requests),
    inboxes: persistentMap(snapshot.inboxes),
    // An older journal's base has none.
    approvals: persistentMap((snapshot.approvals ?? []).map((one) => [one.approval_id, one])),
    accepted: snapshot.accepted,
    living: persistentMap(living.map(({ facts }) => [facts.agent_id, true])),
    counts: living.reduce((counts, { life }) => count(counts, null, life), noCounts),
    slots: living.reduce((slots, agent) => moveSlot(slots, null, agent), noSlots),
    day: snapshot.day ?? noDay,
  };
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
