import { expect, test } from 'vitest';
import { type QuitIntent, quitQuestion } from '../../../main/shell/quit-question.ts';
import { programUsers } from '../../../main/shell/updates/program-users.ts';
import { configSchema } from '../../../protocol/config.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

const plain: QuitIntent = { restart: false, update: null };
const ask = (...agents: readonly Planned[]) => quitQuestion(fleetOf(...agents), plain);
const labels = (question: ReturnType<typeof quitQuestion>) => question?.buttons.map(({ label }) => label);
const choices = (question: ReturnType<typeof quitQuestion>) => question?.buttons.map(({ choice }) => choice);

test('nothing is asked when nothing runs or waits', () => {
  expect(ask()).toBeNull();
  expect(ask({ is: {} }, { is: { status: 'failed' } })).toBeNull();
});

test.each<[readonly Planned[], string]>([
  [[{ is: 'running' }], '1 agent is still running. Quit Ziggie?'],
  [[{ is: 'running' }, { is: 'stopping' }], '2 agents are still running. Quit Ziggie?'],
  [[{ is: 'running' }, { is: 'queued' }], '1 agent is still running and 1 more in the queue. Quit Ziggie?'],
  [[{ is: 'queued' }], '1 agent waits in the queue. Quit Ziggie?'],
  [[{ is: 'queued' }, { is: 'queued' }], '2 agents wait in the queue. Quit Ziggie?'],
])('the question counts what goes on: %#', (agents, message) => {
  expect(ask(...agents)?.message).toBe(message);
});

test('there is a button for each choice, keeping first', () => {
  expect(labels(ask({ is: 'running' }))).toEqual(['Keep them running', 'Stop them all', 'Cancel']);
  expect(labels(ask({ is: 'queued' }))?.[0]).toBe('Keep them in the queue');
  expect(choices(ask({ is: 'running' }))).toEqual(['keep', 'stop', 'cancel']);
});

test('an update keeps agents, and says so', () => {
  const fleet = fleetOf({ is: 'running' });
  const atQuit = quitQuestion(fleet, { restart: false, update: { version: '0.2.0', programUsers: 0 } });
  expect(atQuit?.message).toBe('1 agent is still running. Quit Ziggie?');
  expect(atQuit?.detail).toContain(
    'Version 0.2.0 is installed once Ziggie has quit. Agents that are kept are not touched',
  );
  expect(choices(atQuit)).toEqual(['keep', 'stop', 'cancel']);
  const restart = quitQuestion(fleet, { restart: true, update: { version: '0.2.0', programUsers: 0 } });
  expect(restart?.message).toBe('1 agent is still running. Restart Ziggie to install version 0.2.0?');
  expect(choices(restart)).toEqual(['keep', 'stop', 'cancel']);
});

test('an update that would end an agent waits for it, unless the operator stops it', () => {
  const fleet = fleetOf({ is: 'running' }, { is: 'running' });
  const restart = quitQuestion(fleet, { restart: true, update: { version: '0.2.0', programUsers: 1 } });
  expect(labels(restart)).toEqual(['Wait until they have ended', 'Stop them all']);
  expect(choices(restart)).toEqual(['cancel', 'stop']);
  expect(restart?.detail).toContain('1 of them runs inside Ziggie’s own program');
  const atQuit = quitQuestion(fleet, { restart: false, update: { version: '0.2.0', programUsers: 1 } });
  expect(choices(atQuit)).toEqual(['keep', 'stop', 'cancel']);
  expect(atQuit?.detail).toContain('If kept, version 0.2.0 is installed at a later quit.');
});

test('agents inside Ziggie’s own program are told from those that are programs of their own', () => {
  const runtimes = configSchema.parse({
    runtimes: {
      claude: { kind: 'claude' },
      asking: { kind: 'claude', approvals: 'ask' },
      script: { kind: 'command', command: 'C:\\tools\\agent.CMD' },
      python: { kind: 'command', command: 'C:\\Python\\python.exe' },
    },
  }).runtimes;
  const one = (
    runtime: string,
    runtime_kind: 'claude' | 'command' | 'demo',
    is: Planned['is'] = 'running',
  ): Planned => ({
    is,
    facts: { runtime, runtime_kind },
  });
  const fleet = fleetOf(
    one('demo', 'demo'),
    one('demo', 'demo', 'queued'),
    one('claude', 'claude'),
    one('asking', 'claude'),
    one('script', 'command'),
    one('python', 'command'),
    one('gone', 'command', 'paused'),
  );
  expect(programUsers(fleet, runtimes).map(({ facts }) => facts.agent_id)).toEqual([
    'agent_1',
    'agent_4',
    'agent_5',
    'agent_7',
  ]);
});
