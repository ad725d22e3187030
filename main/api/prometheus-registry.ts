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
  gauge('ziggie_agents_accepted', 'Agents that were ever accepted.', [], (it) => it.set(coordinator.fleet().accepted));
  gauge('ziggie_journal_seq', 'The last durable event.', [], (it) => it.set(coordinator.fleet().seq));
  gauge('ziggie_degraded', 'Parts of the storage that are in trouble: 1 each.', ['part'], (it) => {
    for (const { part } of coordinator.degraded()) it.set({ part }, 1);
  });
  return registry;
}
