/** What a host or a door may do with a running coordinator. The API, the shell and the tests know nothing else of it. */
import type { AgentRecord } from '../../protocol/record.ts';
import type { AnswerOf, ZiggieRequest } from '../../protocol/actions.ts';
import type { AgentFacts } from '../../protocol/agent.ts';
import type { Config } from '../../protocol/config.ts';
import type { Degradation, ReconcileAnswer } from '../../protocol/api.ts';
import type { EventPage } from '../../protocol/event-page.ts';
import type { StopAnswer } from '../../protocol/verbs.ts';
import type { Sequenced } from '../../protocol/events.ts';
import type { Result } from '../../protocol/failures.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import type { HistoryRange, Metrics, SamplesAnswer, UsageHistory } from '../../protocol/measures.ts';
import type { MeasuredNow } from './samples/measured-now.ts';
import type { SearchAnswer, SearchKind } from '../../protocol/search.ts';
import type { Settings, SettingsPatch } from '../../protocol/settings.ts';
import type { ConfigChange } from './root/settings.ts';

/** Who asks. Rights only shrink downward: an agent reaches itself and what lies below it, nothing else. */
export type Principal = { readonly kind: 'operator' } | { readonly kind: 'agent'; readonly agentId: string };

/** `replayed`: the request_id was seen before; this is its answer again and nothing was started. */
export interface DeployAnswer {
  readonly record: AgentRecord;
  readonly replayed: boolean;
}

/** `agentId` null: of all that the caller may see. The coordinator's own events are the operator's. */
export interface EventsAsked {
  readonly agentId: string | null;
  readonly since: number;
  readonly limit: number;
}

/** How a request came in, and how long its caller stays. */
export interface Call {
  readonly door: AgentFacts['door'];
  /** `admission`: a deployment that must queue is answered at once; `start`: when it has started or never will. */
  readonly wait: 'admission' | 'start';
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** The door made the request_id, the caller gave none: nobody can repeat the request, so nothing need remember it. */
  readonly isIdMade?: boolean;
}

/** `replayed`: the request_id was used before for this very request; this is its answer again and nothing was done. */
export interface Performed<T> {
  readonly answer: T;
  readonly replayed: boolean;
}

export interface HistoryAsked {
  readonly range: HistoryRange;
  /** It and all below it; null: all that the caller may see. */
  readonly agentId: string | null;
}

export interface SearchAsked {
  readonly text: string;
  readonly kinds: readonly SearchKind[];
  /** Of each kind. */
  readonly limit: number;
}

export interface Coordinator {
  readonly root: string;
  /** The settings in force, at any time. */
  readonly config: Config;
  /** The present fleet: everything durable, nothing else. */
  fleet(): Fleet;
  /** Calls back for every event after the one `fleet()` ends with at the time of the call. Returns the unsubscribe. */
  subscribe(listener: (event: Sequenced) => void): () => void;
  /** Events after `since`, or null when that is too long ago and a snapshot is needed. */
  eventsSince(since: number): readonly Sequenced[] | null;
  /**
   * What `eventsSince` no longer holds, from the journal: events after `since`, without their prompts, to where
   * `eventsSince` goes on; null when they are too many or gone (retention), and a snapshot is needed. Never rejects.
   */
  pastEvents(since: number): Promise<readonly Sequenced[] | null>;
  /**
   * Deploys from a parsed JSON body. With `wait: 'admission'` an agent that must queue is answered at once as `queued`;
   * with `wait: 'start'` the answer comes when it has started or never will.
   */
  deploy(body: unknown, by: Principal, wait: 'admission' | 'start'): Promise<Result<DeployAnswer>>;
  /** Stops the agent and all below it; answers when the branch is down or what survived is known. */
  stop(agentId: string, by: Principal, reason: string | null): Promise<Result<StopAnswer>>;
  /**
   * Carries out a parsed request of any action: what every door calls. RATE_LIMITED: an agent deploys too often (request
   * files have a pace of their own and come by another way).
   */
  perform<R extends ZiggieRequest>(
    request: R,
    by: Principal,
    call: Call,
  ): Promise<Result<Performed<AnswerOf<R['action']>>>>;
  get(agentId: string, by: Principal): Result<AgentRecord>;
  list(by: Principal): readonly AgentRecord[];
  /** Absolute path of the agent's log, whether or not it exists yet. */
  logFile(agentId: string, by: Principal): Result<string>;
  /**
   * Looks for a text in agents, reports and logs; within limits of time and bytes, and says what it did not look at. Ended early by
   * `signal`. RATE_LIMITED: several searches are under way.
   */
  search(asked: SearchAsked, by: Principal, signal?: AbortSignal): Promise<Result<SearchAnswer>>;
  /** The holder of a token, or null. Constant time in the token. */
  principalOf(token: string): Principal | null;
  /** How many calls wait for an agent to end or for a message. */
  waiting(): number;
  /** Calls back once when the caller's token is no longer good; the operator's never ends. Returns the unsubscribe. */
  onTokenEnd(by: Principal, listener: () => void): () => void;
  /** Past events, page by page, also those that `eventsSince` has no longer; as far as the caller may see them. */
  events(asked: EventsAsked, by: Principal): Promise<Result<EventPage>>;
  /** What the agent's process tree used in the last minutes of its present or last run. */
  samples(agentId: string, by: Principal): Result<SamplesAnswer>;
  /** What agents used over the last minutes, hour or day; only the whole fleet's has what was spent. */
  usageHistory(asked: HistoryAsked, by: Principal): Result<UsageHistory>;
  /** What running agents use as of the last look, as far as the caller may see them. */
  measured(by: Principal): MeasuredNow;
  /** Calls back after each look. Returns the unsubscribe. */
  onMeasured(listener: () => void): () => void;
  metrics(by: Principal): Metrics;
  /** config.json in force and in the file, with what is wrong with it. Operator only, like changing it (NOT_ALLOWED). */
  settings(by: Principal): Result<Settings>;
  /** INVALID_REQUEST says what is wrong. `against`: CONFIG_CHANGED unless the file is still one of these revisions. */
  patchSettings(patch: SettingsPatch, by: Principal, against?: readonly string[] | null): Promise<Result<Settings>>;
  /** Calls back after each change of config.json, by whomever. Returns the unsubscribe. */
  onConfig(listener: (change: ConfigChange) => void): () => void;
  /** Looks at the request folder, every run, the state files and the snapshot now. Operator only. */
  reconcile(by: Principal): Promise<Result<ReconcileAnswer>>;
  /** What of its storage is in trouble now; empty is healthy. */
  degraded(): readonly Degradation[];
  /** Calls back at each change of `degraded`. Returns the unsubscribe. */
  onHealth(listener: () => void): () => void;
  /** Takes no more requests and lets go of everything; running agents stay running and are adopted at the next start. */
  close(reason: string): Promise<void>;
}
