import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFileClient } from '../../../clients/typescript/file-client.ts';
import { failureToAnswer } from '../../../protocol/failures.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';
import { waitFor } from '../../rig/wait-for.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ziggie-file-client-'));
  await mkdir(join(root, 'requests'));
  await mkdir(join(root, 'responses'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const requests = () => readdir(join(root, 'requests'));
const responses = () => readdir(join(root, 'responses'));

/** Takes the next request as the coordinator does: reads it, removes it, puts the answer in place. */
async function answerNext(kind: 'response' | 'error', answer: (body: Record<string, unknown>) => unknown) {
  const name = await waitFor('a request file', async () => (await requests()).find((file) => file.endsWith('.json')));
  const file = join(root, 'requests', name);
  const body = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  await rm(file);
  const target = join(root, 'responses', `${String(body['request_id'])}_${kind}.json`);
  await writeFile(`${target}.tmp`, JSON.stringify(answer(body)));
  await rename(`${target}.tmp`, target);
  return body;
}

const client = (timeoutMs = 10_000) =>
  createFileClient({ root, parentAgent: 'overwatch_001', token: 'mine', timeoutMs });
const task = { agent_type: 'L2.1', config: { prompt: 'work', timeout: 5 } };

describe('requests by file', () => {
  it('deploys under the parent it acts for, and removes the answer it has read', async () => {
    const asked = client().deploy(task);
    const body = await answerNext('response', () => agentRecordWith({ status: 'running', pid: 77 }));
    expect(await asked).toMatchObject({ ok: true, value: { record: { pid: 77 }, replayed: null } });
    expect(body).toMatchObject({ action: 'deploy', parent_agent: 'overwatch_001', token: 'mine', config: task.config });
    expect(await requests()).toEqual([]);
    expect(await responses()).toEqual([]);
  });

  it('returns a refusal as the failure it is', async () => {
    const failure = { code: 'PROMPT_NOT_FOUND', message: 'No prompt.', details: { path: 'x' } } as const;
    const asked = client().deploy({ ...task, request_id: 'mine_1' });
    const body = await answerNext('error', ({ request_id }) => failureToAnswer(failure, String(request_id)));
    expect(await asked).toEqual({ ok: false, failure });
    expect(body['request_id']).toBe('mine_1');
  });

  it('is not answered by what an earlier request of the same name left behind', async () => {
    await writeFile(join(root, 'responses', 'again_response.json'), JSON.stringify(agentRecordWith({ pid: 1 })));
    const asked = client().deploy({ ...task, request_id: 'again' });
    await answerNext('response', () => agentRecordWith({ pid: 2 }));
    expect(await asked).toMatchObject({ ok: true, value: { record: { pid: 2 } } });
  });

  it('asks for status, reports, stops and lists', async () => {
    const got = client().get('a');
    expect(await answerNext('response', () => agentRecordWith())).toMatchObject({ action: 'status', agent_id: 'a' });
    expect(await got).toMatchObject({ ok: true });

    const stopped = client().stop('a', 'enough');
    const stopAnswer = { agent_id: 'a', status: 'stopped', stopped: [] };
    expect(await answerNext('response', () => stopAnswer)).toMatchObject({ action: 'stop', reason: 'enough' });
    expect(await stopped).toEqual({ ok: true, value: stopAnswer });

    const listed = client().list({ parent_agent: 'p', status: 'failed' });
    const agents = [agentRecordWith({ status: 'failed' })];
    expect(await answerNext('response', () => ({ total: 1, agents }))).toMatchObject({
      action: 'list',
      parent_agent: 'p',
      status: 'failed',
    });
    expect(await listed).toMatchObject({ ok: true, value: { total: 1, agents: [{ status: 'failed' }] } });

    const reported = client().report('a');
    const report = { agent_id: 'a', completion_report: 'f', exists: false, markdown: null, report_problems: [] };
    await answerNext('response', () => report);
    expect(await reported).toEqual({ ok: true, value: report });
  });

  it('stops waiting at its limit and says where the request lies', async () => {
    const answer = await client(150).get('a');
    expect(answer).toMatchObject({ ok: false, failure: { code: 'UNREACHABLE' } });
    expect(answer.ok ? '' : answer.failure.message).toContain(join(root, 'requests'));
    expect(await requests()).toEqual([expect.stringMatching(/^status_.*\.json$/)]);
  });

  it('says so when the folder is no root', async () => {
    await rm(join(root, 'requests'), { recursive: true });
    const answer = await client().get('a');
    expect(answer.ok ? '' : answer.failure.message).toContain('Is this the root folder of a coordinator?');
  });

  it('lets no request_id leave the folder', async () => {
    const answer = await client().deploy({ ...task, request_id: '../escaped' });
    expect(answer).toMatchObject({ ok: false, failure: { code: 'INVALID_REQUEST' } });
    expect(await readdir(root)).toEqual(['requests', 'responses']);
  });
});
