/** search: a text in all agents, reports and logs that the caller may see, the newest agents first. Within limits. */
import { type Agent, statusOf } from '../../../protocol/agent.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import type { AgentHit, LogHit, ReportHit, SearchAnswer, SearchKind } from '../../../protocol/search.ts';
import type { Clock } from '../clock.ts';
import type { Principal, SearchAsked } from '../facade.ts';
import { Allowance, type StoppedBy } from '../search/allowance.ts';
import { searchLog } from '../search/log-search.ts';
import { searchReport } from '../search/report-search.ts';
import { mayReach } from './rights.ts';

/** Each reads files as fast as it can: more at once would only make each of them slower. */
const mostAtOnce = 4;
/** Of them; the rest is the operator's, who must not wait for agents that search in circles. */
const mostOfAgents = 2;

export class Searches {
  readonly #fleet: () => Fleet;
  readonly #clock: Clock;
  readonly #running = { operator: 0, agent: 0 };

  constructor(fleet: () => Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  async search(asked: SearchAsked, by: Principal, signal?: AbortSignal): Promise<Result<SearchAnswer>> {
    const { operator, agent } = this.#running;
    const max = by.kind === 'agent' ? mostOfAgents : mostAtOnce;
    if ((by.kind === 'agent' ? agent : operator + agent) >= max) {
      return fail('RATE_LIMITED', `${max} searches are under way already. Wait a second, then ask again.`, {
        max,
        retry_after_seconds: 1,
      });
    }
    this.#running[by.kind] += 1;
    try {
      const fleet = this.#fleet();
      const agents = agentsInOrder(fleet).filter(({ facts }) => mayReach(fleet, by, facts.agent_id));
      return ok(await searched(agents.toSorted(newestFirst), asked, new Allowance(this.#clock, signal)));
    } finally {
      this.#running[by.kind] -= 1;
    }
  }
}

async function searched(
  agents: readonly Agent[],
  { text, kinds, limit }: SearchAsked,
  allowance: Allowance,
): Promise<SearchAnswer> {
  const skipped = { log_bytes: 0, files: 0 };
  const reports: ReportHit[] = [];
  const logs: LogHit[] = [];
  const found = kinds.includes('agents') ? agents.filter((agent) => isMeant(agent, text)) : [];
  const missed = new Set<string>();
  let stoppedBy: StoppedBy | null = found.length > limit ? 'results' : null;

  /** Goes on while there is room for what is found, and means. */
  const each = async (kind: SearchKind, hits: readonly unknown[], look: (agent: Agent) => Promise<void>) => {
    if (!kinds.includes(kind)) return;
    for (const agent of agents) {
      const over = allowance.over ?? (hits.length >= limit ? 'results' : null);
      if (over === null) {
        await look(agent);
        continue;
      }
      stoppedBy = over;
      missed.add(agent.facts.agent_id);
    }
  };
  await each('reports', reports, async ({ facts }) => {
    const hit = await searchReport(facts.completion_report, text, allowance);
    if (hit === 'unusable') skipped.files += 1;
    else if (hit !== null) reports.push({ agent_id: facts.agent_id, ...hit });
  });
  await each('logs', logs, async ({ facts }) => {
    const log = await searchLog(facts.log_file, text, allowance);
    if (log === null) skipped.files += 1;
    else {
      skipped.log_bytes += log.unread;
      logs.push(...log.hits.slice(0, limit - logs.length).map((hit) => ({ agent_id: facts.agent_id, ...hit })));
    }
  });
  return {
    agents: found.slice(0, limit).map(agentHit),
    reports,
    logs,
    stopped_by: stoppedBy ?? (skipped.log_bytes > 0 ? (allowance.over ?? 'bytes') : null),
    skipped: { agents: missed.size, ...skipped },
  };
}

function isMeant(agent: Agent, text: string): boolean {
  const { agent_id, agent_type, name, runtime, model } = agent.facts;
  const said = [name, agent_type, agent_id, runtime, model, statusOf(agent)].filter((part) => part !== null).join(' ');
  return said.toLowerCase().includes(text.toLowerCase());
}

const agentHit = (agent: Agent): AgentHit => ({
  agent_id: agent.facts.agent_id,
  name: agent.facts.name,
  agent_type: agent.facts.agent_type,
  runtime: agent.facts.runtime,
  model: agent.facts.model,
  status: statusOf(agent),
});

/** Who lives before who has ended, and who ended last before the others. */
const newestFirst = (a: Agent, b: Agent): number => endOf(b) - endOf(a) || b.facts.ordinal - a.facts.ordinal;

function endOf({ life }: Agent): number {
  if (life.status === 'ended') return Date.parse(life.ending.completed_at);
  return life.status === 'never_began' ? Date.parse(life.at) : Number.MAX_SAFE_INTEGER;
}
