/**
 * What the trees of all runs use, looked at every two seconds or less often in one pass. The last few minutes are kept in memory, for
 * charts; they are measurements, not facts of the ledger.
 */
import type { Clock } from '../clock.ts';
import type { RunMark, Trees, TreeUsage } from './ownership.ts';

export interface Sample {
  /** ISO 8601. */
  readonly at: string;
  /** Of one core, since the sample before; null for the first, and where the system does not tell. */
  readonly cpuPercent: number | null;
  readonly memoryMb: number | null;
  /** Living processes of the whole tree. */
  readonly processes: number | null;
}

export interface SamplerOptions {
  readonly trees: Trees;
  readonly clock: Clock;
  readonly everyMs?: number;
  readonly onSample: (run: RunMark, sample: Sample) => void;
}

/** A look costs in proportion to the fleet; it rests so much longer that its share of a core stays below half a percent. */
const restPerLook = 200;
/** Five minutes, of a fleet that is not large. */
const kept = 150;

interface Sampled {
  readonly run: RunMark;
  readonly samples: Sample[];
  last: { readonly atMs: number; readonly cpuSeconds: number | null } | null;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #everyMs: number;
  readonly #sampled = new Map<string, Sampled>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? 2000;
  }

  add(run: RunMark): void {
    this.#sampled.set(run.nonce, { run, samples: [], last: null });
    this.#timer ??= this.#nextPass();
  }

  remove({ nonce }: RunMark): void {
    this.#sampled.delete(nonce);
  }

  /** Oldest first; empty for a run that is not sampled. */
  samplesOf({ nonce }: RunMark): readonly Sample[] {
    return this.#sampled.get(nonce)?.samples ?? [];
  }

  close(): void {
    this.#sampled.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #nextPass(tookMs = 0): NodeJS.Timeout {
    return setTimeout(() => void this.#pass(), Math.max(this.#everyMs, restPerLook * tookMs)).unref();
  }

  async #pass(): Promise<void> {
    const beganMs = performance.now();
    const runs = [...this.#sampled.values()].map(({ run }) => run);
    const usages = await this.#usages(runs);
    for (const [nonce, usage] of usages) this.#take(nonce, usage);
    // Nobody left: the next run that is added starts it again.
    this.#timer = this.#sampled.size > 0 ? this.#nextPass(performance.now() - beganMs) : null;
  }

  /** A look that fails (no descriptor free) is left out: there is no measurement then, and the next may work. */
  async #usages(runs: readonly RunMark[]): Promise<ReadonlyMap<string, TreeUsage>> {
    try {
      return await this.#options.trees.usageOf(runs);
    } catch {
      return new Map();
    }
  }

  #take(nonce: string, { cpuSeconds, memoryMb, processes }: TreeUsage): void {
    const { clock, onSample } = this.#options;
    const sampled = this.#sampled.get(nonce);
    if (sampled === undefined) return; // It ended while we looked.
    const atMs = clock.monotonic();
    const sample = { at: clock.now(), cpuPercent: cpuPercent(sampled.last, atMs, cpuSeconds), memoryMb, processes };
    sampled.last = { atMs, cpuSeconds };
    sampled.samples.push(sample);
    if (sampled.samples.length > kept) sampled.samples.shift();
    onSample(sampled.run, sample);
  }
}

/** Never below zero: a member that ended uncollected takes its seconds with it where no cgroup counts them. */
function cpuPercent(last: Sampled['last'], atMs: number, cpuSeconds: number | null): number | null {
  if (last === null || last.cpuSeconds === null || cpuSeconds === null || atMs <= last.atMs) return null;
  return Math.max(0, ((cpuSeconds - last.cpuSeconds) * 100_000) / (atMs - last.atMs));
}
