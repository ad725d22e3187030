/** Bytes that a WebSocket client should never send, and some that it may: drawn from a seed. */
import { frame } from '../../rig/socket-server.ts';
import type { Random } from './random.ts';

export interface Hostile {
  readonly what: string;
  readonly bytes: Buffer;
  /** True when the connection may go on afterwards. */
  readonly isFine: boolean;
}

const bytesOf = (random: Random, most: number): Buffer =>
  Buffer.from(Array.from({ length: random.below(most) }, () => random.below(256)));
const text = (content: string): Buffer => Buffer.from(content);

const deep = '['.repeat(30_000);
const texts = [
  '{',
  '',
  'null',
  '[]',
  '{"type":"ping"}',
  '{"type":"stop","agent_id":"x"}',
  '{"__proto__":{"type":"ping"}}',
  deep,
  '"\ud800"',
  '1e999',
];
const isJson = (content: string): boolean => {
  try {
    JSON.parse(content);
    return true;
  } catch {
    return false;
  }
};

const kinds: readonly ((random: Random) => Hostile)[] = [
  (random) => ({ what: 'noise', bytes: Buffer.concat([bytesOf(random, 300), Buffer.from([0xff])]), isFine: true }),
  (random) => {
    const content = texts[random.below(texts.length)] ?? '';
    return { what: 'text', bytes: frame(text(content)), isFine: isJson(content) };
  },
  (random) => ({ what: 'reserved bits', bytes: frame(text('{}'), { rsv: 1 + random.below(7) }), isFine: false }),
  () => ({ what: 'no mask', bytes: frame(text('{}'), { masked: false }), isFine: false }),
  (random) => ({
    what: 'a length beyond all limits',
    bytes: frame(bytesOf(random, 20), {
      length: 65_537n + BigInt(random.below(2 ** 31)) * BigInt(random.below(2 ** 31)),
    }),
    isFine: false,
  }),
  (random) => ({
    what: 'an opcode that means nothing',
    bytes: frame(text('{}'), { opcode: [3, 4, 5, 6, 7, 11, 15][random.below(7)] ?? 3 }),
    isFine: false,
  }),
  () => ({ what: 'no UTF-8', bytes: frame(Buffer.from([0xc3, 0x28])), isFine: false }),
  (random) => ({ what: 'bytes', bytes: frame(bytesOf(random, 200), { opcode: 2 }), isFine: false }),
  (random) => ({ what: 'a ping', bytes: frame(bytesOf(random, 125), { opcode: 9 }), isFine: true }),
  (random) => ({ what: 'a pong nobody asked for', bytes: frame(bytesOf(random, 125), { opcode: 10 }), isFine: true }),
  (random) => ({ what: 'a close with nonsense', bytes: frame(bytesOf(random, 125), { opcode: 8 }), isFine: false }),
  () => ({ what: 'a control frame in parts', bytes: frame(text('x'), { opcode: 9, fin: false }), isFine: false }),
  () => ({ what: 'a continuation of nothing', bytes: frame(text('x'), { opcode: 0 }), isFine: false }),
  () => ({
    what: 'parts without end',
    bytes: Buffer.concat([
      frame(Buffer.alloc(30_000, ' '), { fin: false }),
      ...Array.from({ length: 3 }, () => frame(Buffer.alloc(30_000, ' '), { opcode: 0, fin: false })),
    ]),
    isFine: false,
  }),
  (random) => {
    const whole = frame(text('{"type":"ping"}'));
    return { what: 'half a frame', bytes: whole.subarray(0, random.below(whole.length)), isFine: true };
  },
];

export const hostileFrame = (random: Random): Hostile =>
  (kinds[random.below(kinds.length)] ?? kinds[0] ?? (() => ({ what: '', bytes: Buffer.alloc(0), isFine: true })))(
    random,
  );
