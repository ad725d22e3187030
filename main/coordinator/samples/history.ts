/**
 * What all agents used over the last day, in tiers, and what it cost. Measurements, no facts of the ledger: kept in memory,
 * saved now and then, and a file that cannot be read or written is a gap.
 */
import { readFileSync } from 'node:fs';
import type { HistoryRange, UsageHistory } from '../../../protocol/measures.ts';
import type { DaySpent } from '../../../protocol/spending.ts';
import type { Clock } from '../clock.ts';
import { replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Sample } from '../process/sampler.ts';
import { AgentSeries, longestLookSlots } from './agent-series.ts';
import { agentColumns } from './columns.ts';
import { decodeHistory, encodeHistory } from './history-file.ts';
import { Spent } from './spent.ts';
import { type AgentTotal, SpentBy } from './spent-by.ts';
import { bucketOf, slotAt, slotMs, tiers } from './tiers.ts';
import { Watched } from './watched.ts';

export interface HistoryOptions {
  readonly path: string;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly saveEveryMs?: number;
  /** Whether an agent may still spend; left out: any may. */
  readonly isLiving?: (agentId: string) => boolean;
}

const usualSaveMs = 60_000;
/** Beyond these, the one that was last measured the longest ago goes: some megabytes, whatever happens. */
const mostAgents = 4000;

export class History {
  readonly #options: HistoryOptions;
  readonly #agents = new Map<string, AgentSeries>();
  readonly #watched = new Watched();
  readonly #spent = new Spent();
  readonly #spentBy = new SpentBy();
  #timer: NodeJS.Timeout | null = null;
  #newestLook: number | null = null;
  #lookTook = 0;
  #isWatching = false;
  #isSaved = true;
  #saving: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * Reads what a predecessor left. `day` as the fleet has it now. `anyRuns`: of those nothing is known before the first look
   * at them, which tells no processor use yet. `totals`: of all that have spent anything.
   */
  begin(day: DaySpent, anyRuns: boolean, totals: readonly AgentTotal[] = []): void {
    const now = this.#now();
    this.#spent.begin(day);
    this.#spentBy.begin(totals);
    this.#restore(now);
    if (!anyRuns) this.#watched.begin(now);
    this.#isWatching = !anyRuns;
    this.onSpent(day);
    // What the last one did not save any more.
    for (const total of totals) this.#spentBy.add(total, slotAt(now));
    this.#timer = setInterval(() => this.#tick(), this.#options.saveEveryMs ?? usualSaveMs).unref();
  }

  onSample(agentId: string, { at, cpuPercent, memoryMb }: Sample): void {
    const slot = slotAt(Date.parse(at));
    this.#series(agentId).add(slot, cpuPercent, memoryMb);
    this.#newestLook = slot;
    this.#lookTook += 1;
    this.#isSaved = false;
  }

  /** A look at all is over. */
  onLook(): void {
    const now = this.#now();
    if (this.#lookTook === 0) this.#newestLook = null;
    this.#lookTook = 0;
    if (this.#isWatching) this.#watched.alive(now);
    else this.#watched.begin((slotAt(now) + 1) * slotMs);
    this.#isWatching = true;
  }

  /** `by`: whose spending it is that has changed. */
  onSpent(day: DaySpent, by: AgentTotal | null = null): void {
    const slot = slotAt(this.#now());
    this.#spent.add(day, slot);
    if (by !== null) this.#spentBy.add(by, slot);
    this.#isSaved = false;
  }

  /** This process did not run for so many seconds. */
  onGap(seconds: number): void {
    if (this.#isWatching) this.#watched.wasAway(seconds, this.#now());
  }

  /** `isAsked`: whose samples are wanted. `whole`: all of the fleet, so what it spent, too. */
  read(range: HistoryRange, isAsked: (agentId: string) => boolean, whole: boolean): UsageHistory {
    const now = this.#now();
    this.#watchIdle(now);
    const nth = tiers.findIndex((tier) => tier.range === range);
    const tier = tiers[nth];
    if (tier === undefined) throw new Error(`no tier ${range}`);
    const first = bucketOf(this.#newestSlot(range, slotAt(now)), tier) - tier.buckets + 1;
    const bucketMs = tier.slotsPerBucket * slotMs;
    const part = (_: unknown, at: number): number =>
      Math.round(this.#watched.part((first + at) * bucketMs, (first + at + 1) * bucketMs) * 1000) / 1000;
    return {
      range,
      from: new Date(first * bucketMs).toISOString(),
      bucket_seconds: bucketMs / 1000,
      buckets: tier.buckets,
      watched: Array.from({ length: tier.buckets }, part),
      agents: [...this.#agents].flatMap(([id, { rings }]) => {
        const ring = isAsked(id) ? rings[nth] : undefined;
        const columns = ring === undefined ? null : agentColumns(ring, tier, first);
        return columns === null ? [] : [{ agent_id: id, ...columns }];
      }),
      spent: whole ? this.#spent.columns(nth, first, tier.buckets) : null,
      spent_by: this.#spentBy.columns(nth, first, tier.buckets, isAsked),
    };
  }

  /** Settles when everything is saved, or could not be. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#watchIdle(this.#now());
    await this.#save();
  }

  /** A look that reaches over the border of two slots has some agents in the one and some in the other: the last is left out. */
  #newestSlot(range: HistoryRange, nowSlot: number): number {
    if (range !== '5m') return nowSlot;
    const look = this.#newestLook;
    return (look !== null && nowSlot - look <= longestLookSlots ? Math.min(look, nowSlot) : nowSlot) - 1;
  }

  /** Where there is nobody to look at, that nobody uses anything is known at any time; else as of the last look. */
  #watchIdle(now: number): void {
    if (this.#isWatching && this.#newestLook === null) this.#watched.alive(now);
  }

  #series(agentId: string): AgentSeries {
    const known = this.#agents.get(agentId);
    if (known !== undefined) return known;
    const made = new AgentSeries();
    this.#agents.set(agentId, made);
    if (this.#agents.size > mostAgents) this.#agents.delete(this.#oldest());
    return made;
  }

  #oldest(): string {
    const [first = ''] = this.#agents.keys();
    const lastSlot = (series: AgentSeries | undefined): number => series?.rings[0]?.newest ?? Infinity;
    return [...this.#agents].reduce((id, [other, series]) => {
      return lastSlot(series) < lastSlot(this.#agents.get(id)) ? other : id;
    }, first);
  }

  #tick(): void {
    this.#watchIdle(this.#now());
    const slot = slotAt(this.#now());
    for (const [id, series] of this.#agents) if (!series.isWithinReach(slot)) this.#agents.delete(id);
    this.#spentBy.prune(slot, this.#options.isLiving ?? (() => true));
    if (!this.#isSaved) void this.#save();
  }

  #save(): Promise<void> {
    this.#isSaved = true;
    this.#saving = this.#saving.then(async () => {
      const { path, log } = this.#options;
      try {
        const { spans: watched } = this.#watched;
        const [spent, spentBy] = [this.#spent.kept, this.#spentBy.kept];
        await replaceFileDurably(path, encodeHistory({ agents: this.#agents, watched, spent, spentBy }));
        this.#complained = false;
      } catch (error) {
        if (!this.#complained) log(`samples.bin could not be saved (charts lose what is not saved): ${String(error)}`);
        this.#complained = true;
      }
    });
    return this.#saving;
  }

  #restore(now: number): void {
    const { path, log } = this.#options;
    try {
      const kept = decodeHistory(readFileSync(path));
      if (kept === null) return log('samples.bin is damaged or of another version; charts begin anew');
      const slot = slotAt(now);
      for (const [id, series] of kept.agents) if (series.isWithinReach(slot)) this.#agents.set(id, series);
      this.#watched.restore(kept.watched, now);
      this.#spent.restore(kept.spent);
      this.#spentBy.restore(kept.spentBy);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      log(`samples.bin could not be read; charts begin anew: ${String(error)}`);
    }
  }

  #now(): number {
    return Date.parse(this.#options.clock.now());
  }
}
