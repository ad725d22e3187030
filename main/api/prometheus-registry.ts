/** The fleet as Prometheus reads it. */
import { Gauge, Registry } from 'prom-client';
import { statusOf } from '../../protocol/agent.ts';
import type { Coordinator } from '../coordinator/facade.ts';

/** Gauges, not counters: agents that are forgotten (retention) leave the sums. */
export function registryOf(coordinator: Coordinator): Registry {
  const registry = new Registry();
  const operator = { kind: 'operator' } as const;
  const gauge = <L extends string>(
    name: string,
    help: string,
    labelNames: readonly L[],
    collect: (it: Gauge<L>) => void,
  ) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect(this: Gauge<L>) {
        this.reset();
        collect(this);
      },
    });
  gauge(
    'ziggie_agents',
    'Agents that are known, by level, runtime and status.',
    ['level', 'runtime', 'status'],
    (it) => {
      for (const agent of coordinator.fleet().agents.values()) {
        it.inc({ level: String(agent.facts.level), runtime: agent.facts.runtime, status: statusOf(agent) });
      }
    },
  );
  gauge('ziggie_tokens', 'Tokens of all known agents whose runtime tells, by kind.', ['kind'], (it) => {
    for (const [kind, count] of Object.entries(coordinator.metrics(operator).tokens ?? {})) it.set({ kind }, count);
  });
  gauge('ziggie_cost_usd', 'Cost of all known agents whose runtime tells, US dollars.', [], (it) => {
    const { cost_usd } = coordinator.metrics(operator);
    if (cost_usd !== null) it.set(cost_usd);
  });
  const times = [
    ['execution_seconds', 'From start to end of those that have ended, pauses not counted'],
    ['queue_seconds', 'From acceptance to the first start of those that have started'],
  ] as const;
  for (const [name, what] of times) {
    gauge(
      `ziggie_${name}`,
      `${what}: average, median and p95, by type and model.`,
      ['agent_type', 'model', 'stat'],
      (it) => {
        for (const one of coordinator.metrics(operator).times) {
          const { average, median, p95 } = one[name];
          const labels = { agent_type: one.agent_type, model: one.model ?? '' };
          for (const [stat, value] of Object.entries({ average, median, p95 })) {
            if (value !== null) it.set({ ...labels, stat }, value);
          }
        }
      },
    );
  }
  gauge('ziggie_waiting', 'Agents that wait to be started.', [], (it) => it.set(coordinator.fleet().counts.queued));
  gauge('ziggie_intake_paused', '1: the operator has paused all starts.', [], (it) =>
    it.set(coordinator.config.intake_paused ? 1 : 0),
  );
  gauge('ziggie_agents_accepted', 'Agents that were ever accepted.', [], (it) => it.set(coordinator.fleet().accepted));
  gauge('ziggie_journal_seq', 'The last durable event.', [], (it) => it.set(coordinator.fleet().seq));
  gauge('ziggie_degraded', 'Parts of the storage that are in trouble: 1 each.', ['part'], (it) => {
    for (const { part } of coordinator.degraded()) it.set({ part }, 1);
  });
  return registry;
}
