/** How late the event loop of a coordinator is, by the histogram of its own Node. */
import type { Inspector } from '../../rig/inspector.ts';

const resolutionMs = 5;

export interface LoopDelay {
  /** Milliseconds; what the histogram's own timer waits for is taken off. */
  readonly p99: number;
  readonly max: number;
  /** How often it was looked at. */
  readonly count: number;
}

/** Counts from now on. */
export async function watchLoopDelay(inspector: Inspector): Promise<void> {
  await inspector.evaluate(`(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    globalThis.__delay = monitorEventLoopDelay({ resolution: ${resolutionMs} });
    return globalThis.__delay.enable();
  })()`);
}

export async function loopDelay(inspector: Inspector): Promise<LoopDelay> {
  const seen = '({ p99: __delay.percentile(99), max: __delay.max, count: __delay.count })';
  const { p99, max, count } = (await inspector.evaluate(seen)) as LoopDelay;
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return { p99: late(p99), max: late(max), count };
}
