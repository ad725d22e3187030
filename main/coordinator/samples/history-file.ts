/**
 * `samples.bin`: measurements that outlive a restart. One line of JSON says what follows it: the numbers of all rings, as
 * 32-bit integers, little-endian. Whatever is not as it should be makes the file worth nothing, and nothing else.
 */
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { AgentSeries } from './agent-series.ts';
import { fieldsPerBucket, Ring } from './ring.ts';
import type { SpentKept } from './spent.ts';
import type { SpentByKept } from './spent-by.ts';
import { tiers } from './tiers.ts';
import type { Span } from './watched.ts';

export interface Kept {
  readonly agents: ReadonlyMap<string, AgentSeries>;
  readonly watched: readonly Span[];
  readonly spent: SpentKept;
  readonly spentBy: readonly SpentByKept[];
}

const count = z.number().int().min(0);
const spentTiers = z.array(z.array(z.tuple([z.number().int(), z.number(), z.number()]))).length(tiers.length);
const headSchema = z.object({
  version: z.literal(1),
  crc32: count,
  watched: z.array(z.tuple([z.number(), z.number()])),
  spent: z.object({
    day: z.object({ date: z.string(), tokens: z.number(), cost_usd: z.number() }),
    tiers: spentTiers,
  }),
  /** A file from before there was this has none. */
  spent_by: z.array(z.tuple([z.string(), z.number(), z.number(), spentTiers])).default([]),
  /** Each with how many buckets it has in each tier. */
  agents: z.array(z.tuple([z.string(), z.array(count).length(tiers.length)])),
});

const bytesPerBucket = fieldsPerBucket * Int32Array.BYTES_PER_ELEMENT;
const newline = 0x0a;

export function encodeHistory({ agents, watched, spent, spentBy }: Kept): Buffer {
  const numbers = [...agents.values()].flatMap(({ rings }) => rings.map((ring) => ring.toNumbers()));
  const body = Buffer.concat(numbers.map(({ buffer }) => Buffer.from(buffer)));
  const head: z.input<typeof headSchema> = {
    version: 1,
    crc32: crc32(body),
    watched: watched.map(([from, to]) => [from, to]),
    spent: { day: spent.day, tiers: plainTiers(spent.tiers) },
    spent_by: spentBy.map(([id, tokens, cost, of]) => [id, tokens, cost, plainTiers(of)]),
    agents: [...agents].map(([id, { rings }]) => [id, rings.map((ring) => ring.count)]),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

const plainTiers = (of: SpentKept['tiers']): [number, number, number][][] =>
  of.map((buckets) => buckets.map(([...bucket]) => bucket));

/** null: damaged, or of another version. */
export function decodeHistory(bytes: Buffer): Kept | null {
  const end = bytes.indexOf(newline);
  const head = headSchema.safeParse(end === -1 ? null : parsed(bytes.toString('utf8', 0, end)));
  if (!head.success) return null;
  const body = bytes.subarray(end + 1);
  const { agents, watched, spent, spent_by: spentBy } = head.data;
  const buckets = agents.reduce((sum, [, counts]) => sum + counts.reduce((all, one) => all + one, 0), 0);
  if (body.length !== buckets * bytesPerBucket || crc32(body) !== head.data.crc32) return null;
  // Copied: the numbers must begin at a multiple of four.
  const numbers = new Int32Array(new Uint8Array(body).buffer);
  let at = 0;
  const series = agents.map(([id, counts]): [string, AgentSeries] => {
    const rings = counts.map((kept, nth) => {
      const from = at;
      at += kept * fieldsPerBucket;
      return new Ring(tiers[nth]?.buckets ?? 0, numbers.slice(from, at));
    });
    return [id, new AgentSeries(rings)];
  });
  return { agents: new Map(series), watched, spent, spentBy };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null; // No JSON is no head, which the schema says.
  }
}
