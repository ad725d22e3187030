/**
 * The built coordinator on the real Windows node.exe: driven by files and HTTP from Linux, killed, started again. Under
 * Wine, so it is a smoke test and no proof for Windows.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';
import { isReady, patience, WineCoordinator, windowsPath } from './wine.ts';

/** Its prompt says what it does. It and its helper write into `beat-<who>.txt` while they live. */
const agent = `
const { appendFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');
const { spawn } = require('node:child_process');
const root = process.env.ZIGGIE_ROOT;
const beat = (who) => setInterval(() => appendFileSync(join(root, 'beat-' + who + '.txt'), '.'), 100);
if (process.argv[2] === 'helper') beat(process.argv[3]);
else {
  let text = '';
  process.stdin.on('data', (piece) => (text += piece)).on('end', () => {
    const { who, helper, exit } = JSON.parse(text);
    console.log('hello from ' + process.platform + ' ' + who);
    beat(who);
    if (helper) spawn(process.execPath, [__filename, 'helper', helper], { detached: true, stdio: 'ignore' }).unref();
    if (exit !== undefined) setInterval(() => { if (existsSync(join(root, 'go-' + who))) process.exit(exit); }, 50);
  });
}
`;

let coordinator: WineCoordinator;
beforeEach(() => {
  if (isReady) coordinator = new WineCoordinator(agent);
});
afterEach(async () => {
  if (isReady) await coordinator.dispose();
});

const prompt = (what: { who: string; helper?: string; exit?: number }): string => JSON.stringify(what);
const beats = (who: string): number => {
  const path = coordinator.path(`beat-${who}.txt`);
  return existsSync(path) ? statSync(path).size : 0;
};

/** Resolves once each of them has written again. */
async function seenAlive(...whos: string[]): Promise<void> {
  const before = whos.map(beats);
  await waitFor(`${whos.join(' and ')} live`, () => whos.every((who, at) => beats(who) > (before[at] ?? 0)), patience);
}

/** Whether they were silent for ten of their beats. */
async function silent(...whos: string[]): Promise<boolean> {
  const before = whos.map(beats);
  await new Promise((resolve) => setTimeout(resolve, 1000)); // Silence has no event to wait for.
  return whos.every((who, at) => beats(who) === before[at]);
}

const letGo = (who: string): void => writeFileSync(coordinator.path(`go-${who}`), '');

describe.skipIf(!isReady)('the coordinator on Windows', () => {
  test('owns an agent and its detached helper in a job, over a kill -9, to the stop', async () => {
    await coordinator.start();
    const begun = await coordinator.deploy('stay', prompt({ who: 'agent', helper: 'helper' }));
    await seenAlive('agent', 'helper');
    expect(readFileSync(coordinator.path('logs', `${begun.agent_id}.log`), 'utf8')).toBe('hello from win32 agent\n');

    await coordinator.crash();
    await seenAlive('agent', 'helper');
    await coordinator.start();
    expect(await coordinator.record(begun.agent_id)).toMatchObject({ status: 'running', pid: begun.pid });
    expect(coordinator.output).not.toContain('cannot be opened');

    const stopped = await coordinator.client.stop(begun.agent_id);
    expect(stopped.ok, JSON.stringify(stopped)).toBe(true);
    const end = await coordinator.ended(begun.agent_id);
    expect(end).toMatchObject({ status: 'stopped' });
    expect(end.status_reason).toContain('TERMINATE');
    expect(end.status_reason).not.toContain('survive');
    expect(await silent('agent', 'helper')).toBe(true);
    await waitFor('the state file agrees', () => coordinator.state(begun.agent_id).status === 'stopped', patience);
    expect(coordinator.journal().filter(({ event }) => event.type === 'agent_started')).toHaveLength(1);
    expect(coordinator.output).not.toContain('koffi cannot be loaded');
  });

  test('tells exact ends: watched, adopted, and honestly not those nobody saw', async () => {
    await coordinator.start();
    const agents = ['watched', 'adopted', 'away'];
    const begun = await Promise.all(
      agents.map((who) => coordinator.deploy(who, prompt({ who, exit: 7, helper: `${who}-helper` }))),
    );
    const [watched, adopted, away] = begun.map(({ agent_id }) => agent_id) as [string, string, string];
    await seenAlive(...agents);

    letGo('watched');
    expect(await coordinator.ended(watched)).toMatchObject({ status: 'failed', exit_code: 7, status_reason: 'exit 7' });
    expect(await silent('watched-helper')).toBe(true);

    await coordinator.crash();
    letGo('away');
    await waitFor('it has ended', () => silent('away'), patience);
    expect(await silent('away-helper')).toBe(true);
    await coordinator.start();
    expect(await coordinator.ended(away)).toMatchObject({ status: 'lost', exit_code: null });

    letGo('adopted');
    expect(await coordinator.ended(adopted)).toMatchObject({
      status: 'failed',
      exit_code: 7,
      evidence: { source: 'exit_record' },
    });
    for (const id of [watched, adopted])
      await waitFor('the state file agrees', () => coordinator.state(id).exit_code === 7, patience);
  });

  test('stops at Ctrl+C, leaves agents at work, and finds them again', async () => {
    await coordinator.start();
    const begun = await coordinator.deploy('stay', prompt({ who: 'agent', exit: 3 }));
    await seenAlive('agent');
    await coordinator.stop();
    await seenAlive('agent');
    await coordinator.start();
    expect(await coordinator.record(begun.agent_id)).toMatchObject({ status: 'running', pid: begun.pid });
    letGo('agent');
    expect(await coordinator.ended(begun.agent_id)).toMatchObject({ status: 'failed', exit_code: 3 });
  });

  test('works without koffi, and says so once', async () => {
    const blocker = coordinator.path('no-koffi.cjs');
    writeFileSync(
      blocker,
      `const { Module } = require('node:module'); const load = Module._load;
       Module._load = (name, ...rest) => { if (name === 'koffi') throw new Error('koffi is absent'); return load(name, ...rest); };`,
    );
    const nodeArgs = ['--require', windowsPath(blocker)];
    await coordinator.start({ nodeArgs });
    const [ends, stays] = await Promise.all([
      coordinator.deploy('ends', prompt({ who: 'ends', exit: 7 })),
      coordinator.deploy('stays', prompt({ who: 'stays' })),
    ]);
    await seenAlive('ends', 'stays');
    letGo('ends');
    expect(await coordinator.ended(ends.agent_id)).toMatchObject({ status: 'failed', exit_code: 7 });
    await coordinator.client.stop(stays.agent_id);
    expect(await coordinator.ended(stays.agent_id)).toMatchObject({ status: 'stopped' });
    expect(await silent('stays')).toBe(true);
    expect(coordinator.output.split('koffi cannot be loaded (koffi is absent)')).toHaveLength(2);
  });
});
