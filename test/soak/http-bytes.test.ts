/**
 * Byte streams that are nearly HTTP: valid requests with lines doubled, lost, swapped, cut and bent. Each is answered with
 * a code or cut off; none of them deploys anything, none of them keeps the coordinator from the next one.
 */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { failureCatalogue, type FailureCode } from '../../protocol/failures.ts';
import { codeOf, parsed } from '../rig/raw-http.ts';
import { Door } from './rig/door.ts';
import type { Random } from './rig/random.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const streams = amount({ ci: 2000, full: 20_000 });
const atOnce = 48;
/** A server that has said nothing by now waits for more; it is told that there is none. */
const silenceMs = 100;
/** Then it must be done soon. */
const patienceMs = 12_000;

const noToken = 'x'.repeat(43);
const deployBody = JSON.stringify({ request_id: 'bytes', agent_type: 'L1', config: { prompt: 'x' } });

/** Requests to begin with. Those that would deploy lack a token: whatever becomes of them, nothing may be deployed. */
function bases({ host, token }: Door): string[][] {
  const own = [`Host: ${host}`, 'Connection: close', `Authorization: Bearer ${token}`];
  const json = 'Content-Type: application/json';
  const plan = JSON.stringify({ tasks: [{ id: 'a', weight: 1 }], workers: 1 });
  return [
    ['GET /health HTTP/1.1', `Host: ${host}`, 'Connection: close', '', ''],
    ['GET /api/coordinator/agents?limit=1 HTTP/1.1', ...own, '', ''],
    ['GET /api/coordinator/events?since=0&limit=1 HTTP/1.1', ...own, '', ''],
    ['GET /api/coordinator/agents/x/log HTTP/1.1', ...own, 'Range: bytes=0-1', '', ''],
    ['POST /api/coordinator/plan HTTP/1.1', ...own, json, `Content-Length: ${plan.length}`, '', plan],
    ['POST /api/coordinator/plan HTTP/1.1', ...own, json, 'Transfer-Encoding: chunked', '', '2', '{}', '0', '', ''],
    [
      'POST /api/coordinator/deploy HTTP/1.1',
      `Host: ${host}`,
      'Connection: close',
      `Authorization: Bearer ${noToken}`,
      json,
      `Content-Length: ${deployBody.length}`,
      '',
      deployBody,
    ],
    ['POST /api/coordinator/deploy HTTP/1.1', 'Host: evil.test', ...own.slice(1), json, 'Content-Length: 2', '', '{}'],
    [
      'GET /ws/coordinator?ticket=none HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '',
      '',
    ],
  ];
}

const oddHeaders = [
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding : chunked',
  'Content-Length: -1',
  'Content-Length: 5, 5',
  'Content-Length: 99999999999999999999',
  'Content-Length: 0x10',
  'Host: evil.test',
  'Origin: null',
  'Expect: 100-continue',
  'Expect: the worst',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Connection: keep-alive',
  'Sec-Fetch-Site: cross-site',
  'Content-Encoding: gzip',
  'Idempotency-Key: \u0000',
  'Range: bytes=9-1,,-',
  ' folded: line',
  'no colon at all',
  ': no name',
  'X: \u0000\u0001\u0007',
  `X: ${'y'.repeat(9000)}`,
  'Proxy-Connection: keep-alive',
];
const methods = [
  'HEAD',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'QUERY',
  'get',
  'G\u0000T',
  '',
];
const targets = [
  '*',
  'http://evil.test/health',
  '//evil.test/x',
  '/%',
  '/%00',
  '/../../etc/passwd',
  `/${'a'.repeat(9000)}`,
  `/api/coordinator/agents/${'a'.repeat(500)}`,
  '/api/coordinator/agents/%2e%2e%2f/log',
  '/health?%',
  'health',
  '/openapi.json',
  '/docs',
  '/metrics',
];

type Bend = (lines: string[], random: Random) => void;
const any = <T>(of: readonly T[], random: Random): T => of[random.below(of.length)] as T;
const bends: readonly Bend[] = [
  (lines, random) => void lines.splice(random.below(lines.length), 0, any(lines, random)),
  (lines, random) => void lines.splice(random.below(lines.length), 1),
  (lines, random) => void lines.splice(1 + random.below(3), 0, any(oddHeaders, random)),
  (lines, random) => void lines.splice(1 + random.below(3), 0, any(oddHeaders, random)),
  (lines, random) => void (lines[0] = (lines[0] ?? '').replace(/^\S*/, any(methods, random))),
  (lines, random) => void (lines[0] = (lines[0] ?? '').replace(/ \S+ /, ` ${any(targets, random)} `)),
  (lines, random) =>
    void (lines[0] = (lines[0] ?? '').replace(/HTTP\S*$/, any(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', 'ICY', ''], random))),
  (lines, random) => {
    const at = random.below(lines.length);
    const line = lines[at] ?? '';
    const place = random.below(line.length + 1);
    lines[at] = line.slice(0, place) + String.fromCharCode(random.below(256)) + line.slice(place + random.below(3));
  },
];

function bent(lines: readonly string[], random: Random): Buffer {
  const mine = [...lines];
  for (let count = random.below(2); count >= 0; count--) any(bends, random)(mine, random);
  const end = random.chance(0.97) ? '\r\n' : any(['\n', '\r', '\r\r\n', '\r\n\r\n'], random);
  let text = mine.join(end);
  if (random.chance(0.1)) text = text.slice(0, random.below(text.length + 1));
  if (random.chance(0.05)) text += text;
  return Buffer.from(text, 'latin1');
}

interface Heard {
  readonly text: string;
  readonly isOver: boolean;
}

/** What comes back, until the server closes or has been silent for too long. */
function send(port: number, bytes: Buffer): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = (isOver: boolean): void => {
      for (const timer of [silence, patience]) clearTimeout(timer);
      socket.destroy();
      resolve({ text, isOver });
    };
    const silence = setTimeout(() => socket.end(), silenceMs);
    const patience = setTimeout(() => done(false), patienceMs);
    socket.on('data', (data) => (text += data.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => done(true));
    socket.write(bytes);
  });
}

function faultIn({ text, isOver }: Heard): string | null {
  if (!isOver) return 'was kept without an end';
  if (text === '') return null; // Cut off.
  const answer = parsed(text);
  if (!/^HTTP\/1\.1 [1-5]\d\d /.test(text)) return `was answered with no HTTP: ${text.slice(0, 100)}`;
  if (answer.status === 100) return faultIn({ text: text.slice(text.indexOf('\r\n\r\n') + 4), isOver });
  if (answer.status === 101 || answer.status >= 500) return `was answered ${text.slice(0, 300)}`;
  if (answer.status < 400 || answer.status === 416 || answer.body === '') return null;
  const first = answer.body.slice(0, Number(/content-length: (\d+)/i.exec(answer.head)?.[1] ?? answer.body.length));
  const code = codeOf({ ...answer, body: first }) as FailureCode | null;
  if (code !== null && failureCatalogue[code]?.httpStatus === answer.status) return null;
  return `was refused without a code: ${text.slice(0, 300)}`;
}

test.skipIf(process.platform !== 'linux')(
  'bent requests are answered with a code or cut off, and deploy nothing',
  async () => {
    const random = randomFor('http-bytes');
    const door = new Door();
    onTestFinished(() => door.dispose());
    await door.open();
    const { pid } = door.root;
    const from = bases(door);
    const faults: string[] = [];
    const statuses = new Map<string, number>();
    let sent = 0;
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        while (sent < streams) {
          sent += 1;
          const bytes = bent(any(from, random), random);
          const heard = await send(door.port, bytes);
          const kind = /^HTTP\/1\.1 (\d+)/.exec(heard.text)?.[1] ?? 'cut';
          statuses.set(kind, (statuses.get(kind) ?? 0) + 1);
          const fault = faultIn(heard);
          if (fault !== null && faults.length < 20) faults.push(`${JSON.stringify(bytes.toString('latin1'))} ${fault}`);
        }
      }),
    );
    const after = await door.faults(pid);
    expect([...faults, ...after.faults], repeatWith('http-bytes')).toEqual([]);
    expect(door.accepted(), repeatWith('http-bytes')).toEqual([]);
    const counts = [...statuses]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([status, count]) => `${count} x ${status}`);
    figures('http-bytes', { streams, 'loop stood still': after.delay, answers: counts.join(' ') });
  },
);
