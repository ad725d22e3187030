/** How late the event loop of a coordinator is, by the histogram of its own Node, and how much of that was its own doing. */
import type { Inspector } from '../../rig/inspector.ts';

const resolutionMs = 5;

export interface LoopDelay {
  /** Milliseconds; what the histogram's own timer waits for is taken off. */
  readonly p99: number;
  readonly max: number;
  /** The same without the time in which its thread could have run and the machine let others run; Linux only, else as `max`. */
  readonly ownMax: number;
  /** How often it was looked at. */
  readonly count: number;
}

/** Counts from now on. */
export async function watchLoopDelay(inspector: Inspector): Promise<void> {
  await inspector.evaluate(`(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks');
    globalThis.__delay = monitorEventLoopDelay({ resolution: ${resolutionMs} });
    const { readFileSync } = process.getBuiltinModule('node:fs');
    const waited = () => {
      try {
        return Number(readFileSync('/proc/self/task/' + process.pid + '/schedstat', 'utf8').split(' ')[1]) / 1e6;
      } catch {
        return 0;
      }
    };
    const own = (globalThis.__own = { max: 0, at: performance.now(), waited: waited() });
    setInterval(() => {
      const [now, atAll] = [performance.now(), waited()];
      own.max = Math.max(own.max, now - own.at - ${resolutionMs} - (atAll - own.waited));
      own.at = now;
      own.waited = atAll;
    }, ${resolutionMs}).unref();
    return globalThis.__delay.enable();
  })()`);
}

export async function loopDelay(inspector: Inspector): Promise<LoopDelay> {
  const seen = '({ p99: __delay.percentile(99), max: __delay.max, ownMax: __own.max, count: __delay.count })';
  const { p99, max, ownMax, count } = (await inspector.evaluate(seen)) as LoopDelay;
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  return { p99: late(p99), max: late(max), ownMax, count };
}
