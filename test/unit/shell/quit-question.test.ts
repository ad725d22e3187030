import { expect, test } from 'vitest';
import { quitChoices, quitQuestion } from '../../../main/shell/quit-question.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

const ask = (...agents: readonly Planned[]) => quitQuestion(fleetOf(...agents));

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
  expect(ask({ is: 'running' })?.buttons).toEqual(['Keep them running', 'Stop them all', 'Cancel']);
  expect(ask({ is: 'queued' })?.buttons[0]).toBe('Keep them in the queue');
  expect(quitChoices).toEqual(['keep', 'stop', 'cancel']);
});
