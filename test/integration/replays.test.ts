/**
 * A request_id once, for what makes no agent: whoever asks again gets the answer again and nothing is done again, late,
 * over a kill -9 and through either door; under another request the id is refused.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import type { Action } from '../../protocol/actions.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';
import { deployScript, startShells, untilFile } from './cases/shell-agents.ts';

interface Told {
  readonly code?: string;
  /** null: the door does not tell. */
  readonly replayed?: boolean | null;
  readonly answer: {
    readonly status?: string;
    readonly changed?: readonly { readonly agent_id: string }[];
    readonly unchanged?: readonly { readonly agent_id: string }[];
    readonly stopped?: readonly { readonly agent_id: string }[];
    readonly report_problems?: readonly unknown[];
  };
}
type Request = Readonly<Record<string, unknown>> & { readonly request_id: string; readonly action: Action };

const doors = {
  async http(coordinator: TestCoordinator, { action, ...input }: Request): Promise<Told> {
    const told = await coordinator.client.perform(action, input as never);
    return told.ok ? (told.value as Told) : { code: told.failure.code, answer: {} };
  },
  /** The old answer file is removed first, so that what comes is a new answer. */
  async file(coordinator: TestCoordinator, request: Request): Promise<Told> {
    const { request_id } = request;
    for (const kind of ['response', 'error']) {
      rmSync(coordinator.path('responses', `${request_id}_${kind}.json`), { force: true });
    }
    const answer = await coordinator.dropAndAnswer({ token: coordinator.token, ...request });
    await waitFor('the file is gone', () => !existsSync(coordinator.path('requests', `${request_id}.json`)));
    return { ...(answer.code === undefined ? {} : { code: answer.code }), replayed: null, answer };
  },
} as const;

const changes = ['agent_paused', 'agent_resumed', 'agent_stopping', 'agent_ended', 'agents_requeued'];
const changesIn = (coordinator: TestCoordinator): string[] =>
  coordinator.journal().flatMap(({ event: { type } }) => (changes.includes(type) ? [type] : []));

const idsOf = ({ answer: { changed = [], unchanged = [], stopped = [] } }: Told): unknown =>
  [changed, unchanged, stopped].map((all) => all.map(({ agent_id }) => agent_id));

test.each(['http', 'file'] as const)(
  'by %s, what was carried out is answered again and not done again, also over a kill -9',
  async (door) => {
    const coordinator = await startShells();
    const ask = (request: Request): Promise<Told> => doors[door](coordinator, request);
    const statusOf = async (id: string): Promise<string> => valueOf(await coordinator.client.get(id)).status;
    const { agentId: top } = await deployScript(coordinator, 'top', untilFile('never'));
    const deployed = await coordinator.client.deploy({
      request_id: 'below',
      agent_type: 'L2',
      parent_agent: top,
      config: { prompt: `${untilFile('never')}\n` },
    });
    const below = valueOf(deployed).record.agent_id;
    const asker = createHttpClient({ url: coordinator.url, token: await coordinator.agentToken(top) });
    const question = { tool_use_id: 'call', tool_name: 'Bash', input: { command: 'ls' } };
    const { approval_id } = valueOf(await asker.perform('request_approval', question)).answer;
    const report = (): string => readFileSync(coordinator.path('reports', `${top}_COMPLETION_REPORT.md`), 'utf8');
    const isPaused = (): unknown =>
      (JSON.parse(readFileSync(coordinator.path('config.json'), 'utf8')) as Record<string, unknown>).intake_paused;

    // The parent is frozen alone first, so that the pause of the branch has somebody whom it leaves as it is.
    const still = { request_id: 'p0', action: 'pause', agent_id: below } as const;
    const pause = { request_id: 'p1', action: 'pause', agent_id: top } as const;
    const resume = { request_id: 'r1', action: 'resume', agent_id: top } as const;
    const first = { request_id: 's1', action: 'submit_report', agent_id: top, markdown: 'one' } as const;
    const shut = { request_id: 'i1', action: 'intake', paused: true } as const;
    const deny = { request_id: 'd1', action: 'decide_approval', approval_id, decision: 'deny', message: 'no' } as const;
    const end = { request_id: 'x1', action: 'stop', agent_id: below } as const;
    const all: Request[] = [still, pause, resume, first, shut, deny, end];

    const answers = new Map<string, Told>();
    for (const request of all) {
      const told = await ask(request);
      expect(told).not.toHaveProperty('code');
      expect(told.replayed).not.toBe(true);
      answers.set(request.request_id, told);
    }
    expect(['p0', 'p1', 'r1', 'x1'].map((id) => idsOf(answers.get(id) as Told))).toEqual([
      [[below], [], []],
      [[top], [below], []],
      [[top, below], [], []],
      [[], [], [below]],
    ]);
    // All of it is undone by other requests; then the first ones come again, late.
    await ask({ ...first, request_id: 's2', markdown: 'two' });
    await ask({ ...shut, request_id: 'i2', paused: false });
    await ask({ request_id: 'y1', action: 'restart', agent_id: below });
    await waitFor('it runs again', async () => (await statusOf(below)) === 'running');

    const comeAgain = async (): Promise<void> => {
      const before = changesIn(coordinator);
      for (const request of all) {
        const told = await ask(request);
        expect([request.request_id, told.code, told.replayed]).toEqual([
          request.request_id,
          undefined,
          door === 'http' ? true : null,
        ]);
        expect(idsOf(told)).toEqual(idsOf(answers.get(request.request_id) as Told));
      }
      expect(changesIn(coordinator)).toEqual(before);
      expect(await Promise.all([top, below].map(statusOf))).toEqual(['running', 'running']);
      expect([report(), isPaused()]).toEqual(['two', false]);
    };
    await comeAgain();
    const others: Request[] = [
      { ...end, request_id: 'p1' },
      { ...pause, reason: 'another' },
      { ...resume, agent_id: below },
      { ...first, markdown: 'three' },
      { ...shut, paused: false },
      { ...deny, decision: 'allow', message: null, branch: true },
      { ...end, reason: 'another' },
      { ...end, request_id: 'top' }, // A deployment's.
      { request_id: 'd1', action: 'deploy', agent_type: 'L1', config: { prompt: 'x' } },
    ];
    for (const request of others) {
      expect([request, (await ask(request)).code]).toEqual([request, 'DUPLICATE_REQUEST_MISMATCH']);
    }
    await coordinator.crash();
    await coordinator.start();
    await comeAgain();
    expect(valueOf(await coordinator.client.list()).total).toBe(2);
  },
);

test('a stop that comes again while the first is under way waits for it, and is answered though its token has ended', async () => {
  const coordinator = await startShells();
  const { agentId: top } = await deployScript(coordinator, 'top', `trap '' INT TERM; echo deaf; ${untilFile('never')}`);
  await waitFor('it hears nothing', () => coordinator.log(top).includes('deaf'));
  const token = await coordinator.agentToken(top);
  const stop = { request_id: 'once', action: 'stop', agent_id: top } as const;
  const both = await Promise.all([doors.http(coordinator, stop), doors.http(coordinator, stop)]);
  expect(both.map(({ answer, replayed }) => [answer.status, replayed])).toEqual([
    ['stopped', false],
    ['stopped', true],
  ]);
  expect(changesIn(coordinator)).toEqual(['agent_stopping', 'agent_ended']);
  // As of a file that a crash left behind.
  const again = await doors.file(coordinator, { ...stop, token });
  expect(again.code).toBeUndefined();
  expect(again.answer.stopped).toMatchObject([{ agent_id: top, status: 'stopped' }]);
});
