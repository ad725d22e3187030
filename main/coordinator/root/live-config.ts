/** config.json in force as one object that everybody holds from the start on and that always tells the present settings. */
import type { Config } from '../../../protocol/config.ts';

/** Reads through to what `now` gives: also for whoever keeps only a part of it (`config.limits`). */
export function liveConfig(now: () => Config): Config {
  const view = viewOf(now(), now);
  for (const part of ['limits', 'balance', 'budget', 'report', 'approvals'] as const) {
    Object.defineProperty(view, part, { value: viewOf(now()[part], () => now()[part]), enumerable: true });
  }
  return view;
}

function viewOf<T extends object>(shape: T, now: () => T): T {
  const getters = Object.keys(shape).map((key) => [
    key,
    { get: () => now()[key as keyof T], enumerable: true, configurable: true },
  ]);
  return Object.defineProperties({}, Object.fromEntries(getters) as PropertyDescriptorMap) as T;
}

/**
 * `wanted` as far as it can be taken up while running. What is kept belongs to parts that are built once, at the start:
 * the door, the runtimes, the pace of starts, the guard of the logs.
 */
export function takenUp(inForce: Config, wanted: Config): Config {
  const { port, default_runtime, runtimes } = inForce;
  const { max_starting, starts_per_second, log_limit_mb } = inForce.limits;
  const limits = { ...wanted.limits, max_starting, starts_per_second, log_limit_mb };
  return { ...wanted, port, default_runtime, runtimes, limits };
}

/** The settings in which two differ, by their path. */
export function differences(a: Config, b: Config): string[] {
  const [ofA, ofB] = [leaves(a), leaves(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])].filter((path) => ofA.get(path) !== ofB.get(path)).sort();
}

function leaves(config: Config): Map<string, string> {
  const isGroup = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(
    Object.entries(config).flatMap(([key, value]) =>
      isGroup(value)
        ? Object.entries(value).map(([name, of]): [string, string] => [`${key}.${name}`, JSON.stringify(of)])
        : [[key, JSON.stringify(value)] as [string, string]],
    ),
  );
}
