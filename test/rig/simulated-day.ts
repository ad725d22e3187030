/** A day of 500 agents as the journal would have it: trees, queues, attempts, pauses, stops, usage. The same seed, the same day. */
import type { Ending } from '../../protocol/agent.ts';
import type { ZiggieEvent } from '../../protocol/events.ts';
import { failureOf } from '../../protocol/failures.ts';
import { Random } from '../soak/rig/random.ts';
import { agentFacts } from './agent-facts.ts';

const dayStart = Date.parse('2025-11-09T00:00:00.000Z');
const models = ['opus', 'sonnet', 'haiku', null] as const;
const runtimes = ['claude', 'command'] as const;

interface Life {
  readonly id: string;
  readonly ordinal: number;
  readonly level: number;
  readonly parent: string | null;
}

/** `count` agents; events in the order of their time, as a journal is written. */
export function simulatedDay(seed: string, count = 500): ZiggieEvent[] {
  const source = new Random(seed);
  const below = (n: number): number => source.below(n);
  const chance = (of: number): boolean => source.chance(of);
  const lives: Life[] = [];
  const events: { at: number; event: ZiggieEvent }[] = [];
  for (let ordinal = 1; ordinal <= count; ordinal++) {
    const parents = lives.filter(({ level }) => level < 3);
    const parent = parents.length === 0 || chance(0.08) ? null : (parents[below(parents.length)] ?? null);
    const id = `agent_20251109_${String(ordinal).padStart(6, '0')}_${ordinal}`;
    const life = { id, ordinal, level: parent === null ? 1 : parent.level + 1, parent: parent?.id ?? null };
    lives.push(life);
    live(life, ordinal * 100_000 + below(90_000));
  }
  return events
    .sort((a, b) => a.at - b.at)
    .map(({ at, event }) => ({ ...event, at: new Date(dayStart + at).toISOString() }) as ZiggieEvent);

  function live({ id, ordinal, level, parent }: Life, born: number): void {
    let at = born;
    const push = (event: ZiggieEvent): void => void events.push({ at: at++, event });
    const of = { at: '', agent_id: id };
    const runtime = runtimes[below(2)] ?? 'claude';
    const model = runtime === 'claude' ? (models[below(4)] ?? null) : null;
    push({
      type: 'agent_accepted',
      at: '',
      request_sha256: '',
      prompt: '',
      facts: agentFacts({
        agent_id: id,
        ordinal,
        request_id: `request_${ordinal}`,
        agent_type: `L${level}`,
        level,
        parent_agent: parent,
        runtime,
        model,
        estimated_workload: chance(0.7) ? (1 + below(40)) / 100 : null,
        group: chance(0.5) ? { id: `wave-${parent ?? 'top'}`, size: null } : null,
        accepted_at: new Date(dayStart + born).toISOString(),
        report_required: chance(0.8),
      }),
    });
    if (chance(0.5))
      push({ type: 'agent_waiting', ...of, reason: 'waiting: 100 of 100 agents run (limits.max_running)' });
    if (chance(0.08)) {
      at += below(60_000);
      const as = (['refused', 'expired', 'cancelled'] as const)[below(3)] ?? 'refused';
      const code = { refused: 'SPAWN_FAILED', expired: 'DEPLOYMENT_TIMEOUT', cancelled: 'CANCELLED' } as const;
      return push({ type: 'agent_never_began', ...of, as, failure: failureOf(code[as], 'as the day has it') });
    }
    const attempts = chance(0.1) ? 2 : 1;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      at += below(30_000);
      push({ type: 'agent_starting', ...of, attempt, nonce: 'n', token_sha256: 't' });
      at += below(40);
      push({ type: 'agent_started', ...of, attempt, identity: { pid: 1000 + ordinal, start_time: '1', boot_id: 'b' } });
      const seconds = below(1_800_000) / 1000;
      if (runtime === 'claude') use(seconds);
      at += Math.round(seconds * 1000);
      const isLast = attempt === attempts;
      const ending = endingOf(seconds, isLast, at);
      if (!isLast) {
        push({
          type: 'agent_restarting',
          ...of,
          attempt,
          ending,
          until: new Date(dayStart + at + 5000).toISOString(),
          reason: 'failed',
          failures: attempt,
        });
        at += 5000;
        continue;
      }
      if (ending.status === 'stopped') push({ type: 'agent_stopping', ...of, by: 'operator', reason: 'stop' });
      // Some of today are still at work when the day is over.
      if (chance(0.05)) return;
      push({ type: 'agent_ended', ...of, attempt, ending });
    }

    function use(seconds: number): void {
      for (let told = 1; told <= 3; told++) {
        at += Math.round((seconds * 1000) / 8);
        const tokens = {
          input: below(9000) * told,
          output: below(4000) * told,
          cache_read: below(90_000),
          cache_write: below(900),
        };
        const usage = { session_id: `s-${ordinal}`, tokens, cost_usd: below(100_000) / 100_000, activity: 'writes' };
        push({ type: 'agent_usage', ...of, usage });
      }
    }
  }

  function endingOf(seconds: number, isLast: boolean, at: number): Ending {
    const status = isLast
      ? ((['completed', 'completed', 'completed', 'failed', 'stopped', 'timed_out', 'lost'] as const)[below(7)] ??
        'completed')
      : 'failed';
    const hasReport = status === 'completed' && chance(0.9);
    return {
      status,
      status_reason: `${status}, as the day has it`,
      source: status === 'lost' ? 'none' : 'exit_record',
      exit_code: status === 'completed' ? 0 : status === 'failed' ? 1 : null,
      signal: status === 'stopped' || status === 'timed_out' ? 'SIGTERM' : null,
      completed_at: new Date(dayStart + at).toISOString(),
      execution_time_seconds: status === 'lost' ? null : seconds,
      report_exists: hasReport,
      report_problems: hasReport && chance(0.2) ? [{ code: 'section_missing', message: 'no Results', line: null }] : [],
      stop_steps: status === 'stopped' ? ['SIGTERM'] : [],
      survivors: [],
      reaped: 0,
    };
  }
}
