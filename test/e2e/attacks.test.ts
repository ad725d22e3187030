/**
 * Web pages that are not ours, in a real browser, against the built coordinator: none may change a thing, read a byte or
 * open a socket, even with a token and a ticket that have leaked. At a server without a guard the same scripts win.
 */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type OpenServer, type RigServer, startAttacker, startOpenServer } from '../rig/attacker-server.ts';
import { launchBrowser } from '../rig/browser.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';
import { type At, attackAll, equip, type Outcome } from './attacks/arsenal.ts';
import { armWithElements } from './attacks/elements.ts';
import { armWithRequests } from './attacks/requests.ts';

const secret = 'crown-jewels-of-this-fleet';
const evil = 'evil.test';

let browser: Browser;
let coordinator: TestCoordinator;
let attacker: RigServer;
let open: OpenServer;
let folder: string;
let agentId: string;

beforeAll(async () => {
  // Whoever owns the name may let it point to this machine at any time.
  browser = await launchBrowser([`--host-resolver-rules=MAP ${evil} 127.0.0.1`]);
  attacker = await startAttacker();
  open = await startOpenServer();
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'sh',
      runtimes: { sh: { kind: 'command', command: '/bin/sh', args: ['-s'] } },
      report: { required: false },
    },
  });
  folder = await mkdtemp(join(tmpdir(), 'ziggie-attack-'));
  writeFileSync(join(folder, 'page.html'), '<!doctype html><title>page</title><body>');
  const request = { agent_type: 'L1', name: secret, config: { prompt: `echo ${secret}; sleep 600\n` } };
  agentId = valueOf(await coordinator.client.deploy(request)).record.agent_id;
  // The answer comes before it has begun; from here on nothing changes by itself.
  const log = coordinator.path('logs', `${agentId}.log`);
  await waitFor('it has said its secret', () => existsSync(log) && readFileSync(log, 'utf8').includes(secret));
  await waitFor('the log of all lives', () => readdirSync(coordinator.path('logs')).length === 2);
});
afterAll(async () => {
  await browser.close();
  await Promise.all([attacker.close(), open.close(), coordinator.dispose(), rm(folder, { recursive: true })]);
});

/** Where a page may be from, and by which of the server's names it attacks. */
interface Origin {
  readonly name: string;
  readonly host: string;
  page(port: number): string;
}
const origins: readonly Origin[] = [
  {
    name: 'another port of localhost',
    host: 'localhost',
    page: () => `http://localhost:${attacker.port}/`,
  },
  {
    name: 'another port of 127.0.0.1',
    host: '127.0.0.1',
    page: () => `http://127.0.0.1:${attacker.port}/`,
  },
  { name: 'a site of the net', host: '127.0.0.1', page: () => `http://${evil}:${attacker.port}/` },
  { name: 'a name that was bound to this machine', host: evil, page: (port) => `http://${evil}:${port}/` },
  { name: 'no origin of its own', host: 'localhost', page: () => `http://localhost:${attacker.port}/sandboxed` },
  { name: 'a file', host: '127.0.0.1', page: () => pathToFileURL(join(folder, 'page.html')).href },
];

async function attackFrom(
  { host, page: pageAt }: Origin,
  port: number,
  leaked: Pick<At, 'token' | 'ticket'>,
  names: readonly string[] | null = null,
): Promise<Outcome[]> {
  // Of a rebound name the page itself came from the attacker, before the name moved: ours has no say in what it may do.
  const context = await browser.newContext({ bypassCSP: host === evil });
  const own = host === evil ? `http://${evil}:${attacker.port}` : `http://localhost:${attacker.port}`;
  try {
    const page: Page = await context.newPage();
    await page.goto(pageAt(port));
    const at: At = { http: `http://${host}:${port}`, ws: `ws://${host}:${port}`, own, agentId, ...leaked };
    await page.evaluate(equip, at);
    await page.evaluate(armWithRequests);
    await page.evaluate(armWithElements);
    return await page.evaluate(attackAll, names);
  } finally {
    await context.close();
  }
}

/** All that a request can change. What only says that time has passed is no change. */
const state = () => ({
  events: coordinator
    .journal()
    .filter(({ event }) => event.type !== 'time_gap')
    .map(({ seq, event }) => `${seq} ${event.type}`),
  config: readFileSync(coordinator.path('config.json'), 'utf8'),
  files: ['requests', 'responses', 'reports', 'prompts', 'logs'].map((name) => readdirSync(coordinator.path(name))),
});

/** A page of a rebound name is of the same origin as what it asks for, so it can read that it was refused, and nothing else. */
const isRefusal = (gain: string): boolean => {
  if (/^(status 403|size \d+)$/.test(gain)) return true;
  try {
    return (JSON.parse(gain) as { code?: string }).code === 'NOT_ALLOWED' && !gain.includes(secret);
  } catch {
    return false;
  }
};

const won = (outcomes: readonly Outcome[]): string[] =>
  outcomes
    .filter(({ gains }) => gains.length > 0)
    .map(({ name, gains }) => `${name}: ${gains.join(' | ').slice(0, 200)}`);

describe('web pages that are not ours', () => {
  // At the same time: none of them may change anything for another either.
  test.concurrent.for(origins)(
    'case 57: a page of $name reads nothing, opens nothing and changes nothing',
    async (origin, { expect }) => {
      const before = state();
      const ticket = valueOf(await coordinator.client.ticket());
      const outcomes = await attackFrom(origin, coordinator.port, { token: coordinator.token, ticket });
      expect(outcomes.length).toBeGreaterThanOrEqual(90);
      const judged = outcomes.map((one) => ({
        ...one,
        gains: origin.host === evil ? one.gains.filter((gain) => !isRefusal(gain)) : one.gains,
      }));
      expect(won(judged)).toEqual([]);
      expect(state()).toEqual(before);
      expect(valueOf(await coordinator.client.get(agentId)).status).toBe('running');
    },
  );

  test.for(origins)('the same scripts of a page of $name win where nothing is guarded', async (origin) => {
    open.changedBy.clear();
    const leaked = { token: 'x'.repeat(43), ticket: 'y'.repeat(43) };
    const hasWon = ({ name, wins, gains }: Outcome): boolean =>
      wins === 'perhaps' || (wins === 'reads' ? gains.length > 0 : open.changedBy.has(name));
    let left: string[] | null = null;
    // On a busy machine one may not be through in its time.
    for (let round = 0; round < 3 && (left === null || left.length > 0); round++) {
      const outcomes: Outcome[] = await attackFrom(origin, open.port, leaked, left);
      left = outcomes.filter((one) => !hasWon(one)).map(({ name }) => name);
    }
    // Where the browser is told to overlook policies, none is broken.
    expect(left?.filter((name) => origin.host !== evil || name !== 'report of a broken policy')).toEqual([]);
  });
});

test('case 58: a true ticket opens no socket for another page, and is not used up by it', async () => {
  const [origin] = origins;
  const ticket = valueOf(await coordinator.client.ticket());
  const names = ['WebSocket with a true ticket', 'WebSocket of the logs with a true ticket'];
  const outcomes = await attackFrom(origin as Origin, coordinator.port, { token: '', ticket }, names);
  expect(outcomes.map(({ name }) => name)).toEqual(names);
  expect(won(outcomes)).toEqual([]);
  const socket = new WebSocket(`ws://127.0.0.1:${coordinator.port}/ws/coordinator?ticket=${ticket}`);
  await once(socket, 'open');
  socket.terminate();
});

describe('a name that was bound to this machine', () => {
  test('case 57: shows a blank page that can do nothing, with neither version nor token', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const answer = await page.goto(`http://${evil}:${coordinator.port}/`);
    expect(answer?.status()).toBe(403);
    const shown = await page.content();
    for (const told of [coordinator.token, secret, 'Ziggie', agentId]) expect(shown).not.toContain(told);
    expect(await page.locator('script, img, iframe, form, a').count()).toBe(0);
    await context.close();
  });
});
