/** What the supervisor and its parts are built from. */
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Layout } from '../root/layout.ts';
import type { Runtimes } from '../runtimes/registry.ts';
import type { Ownership } from './ownership.ts';
import type { Sample } from './sampler.ts';

export interface SupervisorOptions {
  readonly layout: Layout;
  readonly config: Config;
  readonly ledger: Ledger;
  readonly runtimes: Runtimes;
  readonly ownership: Ownership;
  readonly clock: Clock;
  /** Where this coordinator's HTTP door is; known once it listens, before the first start. */
  readonly url: () => string;
  readonly log: (line: string) => void;
  /** Makes the file of its prompt, if that was left for later. Throws what the system says. */
  readonly placePrompt: (agentId: string) => void;
  /** The most that a run which begins now may cost, US dollars; 0 is no limit. */
  readonly costCap: (facts: AgentFacts) => number;
  /** Called with what each agent uses, look by look, and after each look at all of them. */
  readonly onSample: (agentId: string, sample: Sample) => void;
  readonly onLook: () => void;
  /** Called after each end: a slot is free. */
  readonly onSlotFree: () => void;
  /** Called when a failed agent is to be restarted later. */
  readonly onBackoff: (agent: Agent) => void;
  /** Called when an attempt that was let go provably never began and is to be started again. */
  readonly onUnbegun: (facts: AgentFacts) => void;
}
