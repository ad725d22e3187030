/** The verb `restart`: what has ended runs once more as its next attempt, and one request restarts nothing twice. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { BranchAnswer } from '../../protocol/verbs.ts';
import type { Answer, TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';
import { deployScript, letGo, startShells, untilFile } from './cases/shell-agents.ts';

const ids = { last: 0 };
const newId = (): string => `request-${(ids.last += 1)}`;

function ask(
  coordinator: TestCoordinator,
  action: string,
  agent_id: string,
  more: Record<string, unknown> = {},
): Promise<Answer & Partial<BranchAnswer>> {
  return coordinator.dropAndAnswer({ request_id: newId(), action, agent_id, ...more });
}

const starts = (coordinator: TestCoordinator, agentId: string): number =>
  coordinator.journal().filter(({ event }) => event.type === 'agent_started' && event.agent_id === agentId).length;
const inboxOf = (coordinator: TestCoordinator, agent_id: string) =>
  coordinator.dropAndAnswer({ request_id: newId(), action: 'inbox', agent_id }) as Promise<{
    messages?: { type: string; agent_id: string }[];
  }>;

const report = (text: string): string =>
  `{ echo "Agent: $ZIGGIE_AGENT_ID"; for s in Summary "Work completed" Results Issues Time; do printf '## %s\\n${text}\\n' "$s"; done; } > "$ZIGGIE_REPORT_FILE"`;

test('an agent that has ended runs again as its next attempt, with the old ones kept and its report due anew', async () => {
  const coordinator = await startShells();
  // The first attempt reports; the second does not.
  const script = `echo "this is attempt $(ls "runs/$ZIGGIE_AGENT_ID" | grep -c '^[0-9]')"; [ -e tried ] || { touch tried; ${report('first')}; }`;
  const { agentId } = await deployScript(coordinator, 'reports', script, { report_required: true });
  expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed', report_problems: [], attempt: 1 });
  const answer = await ask(coordinator, 'restart', agentId, { reason: 'once more' });
  expect(answer.unchanged).toEqual([]);
  expect(answer.changed?.map(({ agent_id }) => agent_id)).toEqual([agentId]);
  await waitFor('its second attempt ended', async () => {
    const record = await coordinator.client.get(agentId);
    return record.ok && record.value.attempt === 2 && record.value.completed_at !== null;
  });
  const record = await coordinator.ended(agentId);
  expect(record).toMatchObject({ status: 'completed', attempt: 2, completion_report_exists: false });
  expect(record.report_problems.map(({ code }) => code)).toEqual(['missing']);
  expect(coordinator.log(agentId)).toBe(
    'this is attempt 1\n[ziggie] attempt 2 begins: it was restarted\nthis is attempt 2\n',
  );
  const kept = coordinator.path('runs', agentId, '1', 'COMPLETION_REPORT.md');
  expect(readFileSync(kept, 'utf8')).toContain('first');
  expect(existsSync(coordinator.path('runs', agentId, '2', 'exit.json'))).toBe(true);
});

test('one request restarts once, also over a kill -9; another body under its name is refused', async () => {
  const coordinator = await startShells();
  const { agentId } = await deployScript(coordinator, 'again', 'echo ran');
  await coordinator.ended(agentId);
  const request = { request_id: 'restart-once', action: 'restart', agent_id: agentId };
  await coordinator.dropAndAnswer(request);
  await waitFor(
    'it ended again',
    () => coordinator.state(agentId).attempt === 2 && coordinator.state(agentId).completed_at,
  );
  expect(await askAnew(coordinator, request)).toMatchObject({ agent_id: agentId, status: 'completed' });
  await coordinator.crash();
  await coordinator.start();
  const again = await askAnew(coordinator, request);
  expect(again).toMatchObject({ status: 'completed', unchanged: [] });
  expect(again.changed?.[0]).toMatchObject({ agent_id: agentId, attempt: 2 });
  expect(await askAnew(coordinator, { ...request, reason: 'another' }, 'error')).toMatchObject({
    code: 'DUPLICATE_REQUEST_MISMATCH',
  });
  expect(starts(coordinator, agentId)).toBe(2);
});

/** The same request once more: its answer file is removed first, so that what comes is a new answer. */
async function askAnew(
  coordinator: TestCoordinator,
  request: Record<string, unknown> & { request_id: string },
  kind: 'response' | 'error' = 'response',
): Promise<Answer & Partial<BranchAnswer>> {
  for (const one of ['response', 'error']) {
    rmSync(coordinator.path('responses', `${request.request_id}_${one}.json`), { force: true });
  }
  coordinator.drop(request.request_id, request);
  const path = coordinator.path('responses', `${request.request_id}_${kind}.json`);
  await waitFor('a new answer', () => existsSync(path));
  return JSON.parse(readFileSync(path, 'utf8')) as Answer & Partial<BranchAnswer>;
}

test('killed right after it took a restart, the coordinator carries it out, once', async () => {
  const coordinator = await startShells({ max_running: 1 });
  const { agentId } = await deployScript(coordinator, 'waits', 'echo ran >> ran');
  await coordinator.ended(agentId);
  const { agentId: holder } = await deployScript(coordinator, 'holder', untilFile('go'));
  const answer = await coordinator.dropAndAnswer({ request_id: 'r', action: 'restart', agent_id: agentId });
  expect(answer.status).toBe('backoff'); // The only slot is taken.
  await coordinator.crash();
  await coordinator.start();
  expect(await askAnew(coordinator, { request_id: 'r', action: 'restart', agent_id: agentId })).toMatchObject({
    status: 'backoff',
  });
  letGo(coordinator, 'go');
  await coordinator.ended(holder);
  expect(await coordinator.ended(agentId)).toMatchObject({ status: 'completed', attempt: 2 });
  expect(readFileSync(coordinator.path('ran'), 'utf8')).toBe('ran\nran\n');
});

test('of a branch those are restarted that did not complete, and the parent hears of their ends again', async () => {
  const coordinator = await startShells();
  const { agentId: top } = await deployScript(coordinator, 'top', `${untilFile('go')}; exit 4`);
  const below = async (id: string, script: string, parent = top): Promise<string> => {
    const answer = await coordinator.client.deploy({
      request_id: id,
      agent_type: 'L2.1',
      parent_agent: parent,
      config: { prompt: `${script}\n` },
    });
    if (!answer.ok) throw new Error(answer.failure.message);
    await coordinator.ended(answer.value.record.agent_id);
    return answer.value.record.agent_id;
  };
  const good = await below('good', 'echo good');
  const bad = await below('bad', '[ -e tried ] || { touch tried; exit 5; }');
  letGo(coordinator, 'go');
  await coordinator.ended(top);
  expect((await inboxOf(coordinator, top)).messages?.map(({ agent_id }) => agent_id)).toEqual([good, bad]);
  const answer = await ask(coordinator, 'restart', top, { branch: true });
  expect(answer.changed?.map(({ agent_id }) => agent_id)).toEqual([top, bad]);
  expect(answer.unchanged).toEqual([{ agent_id: good, reason: 'it ended: completed' }]);
  await waitFor('the second attempt of what failed is done', () => {
    const { attempt, status } = coordinator.state(bad);
    return attempt === 2 && status === 'completed';
  });
  expect((await inboxOf(coordinator, top)).messages?.map(({ agent_id }) => agent_id)).toEqual([good, bad, bad]);
});

test('one that never began is restarted as its first attempt, and one below a paused agent waits', async () => {
  const coordinator = await startShells({ max_running: 1 });
  const { agentId: top } = await deployScript(coordinator, 'top', untilFile('go'));
  const waiting = await coordinator.client.deploy({
    request_id: 'waiting',
    agent_type: 'L2.1',
    parent_agent: top,
    config: { prompt: 'echo ran > ran\n' },
  });
  const child = waiting.ok ? waiting.value.record.agent_id : '';
  await coordinator.client.stop(child);
  expect(await coordinator.ended(child)).toMatchObject({ status: 'cancelled' });
  await ask(coordinator, 'pause', top);
  expect((await ask(coordinator, 'restart', child)).changed?.[0]).toMatchObject({
    status: 'queued',
    status_reason: 'waiting: its branch is paused by operator',
  });
  letGo(coordinator, 'go');
  await ask(coordinator, 'resume', top);
  await coordinator.ended(top);
  await waitFor('it ran', () => existsSync(coordinator.path('ran')));
  expect(await coordinator.ended(child)).toMatchObject({ status: 'completed', attempt: 1 });
});

test('a prompt that the agent changed is not run again where the journal does not have it', async () => {
  const coordinator = await startShells();
  const long = `: ${'x'.repeat(70_000)}\n`;
  const { agentId } = await deployScript(coordinator, 'long', `${long}echo "" >> "runs/$ZIGGIE_AGENT_ID/prompt.md"`);
  await coordinator.ended(agentId);
  expect(await ask(coordinator, 'restart', agentId)).toMatchObject({ code: 'PROMPT_NOT_FOUND' });
  const { agentId: short } = await deployScript(coordinator, 'short', 'echo >> "runs/$ZIGGIE_AGENT_ID/prompt.md"');
  await coordinator.ended(short);
  expect((await ask(coordinator, 'restart', short)).changed).toHaveLength(1);
  await waitFor('its second attempt', () => coordinator.state(short).attempt === 2);
});

test('a stop is answered although its agent was restarted while others of the branch took their time', async () => {
  const coordinator = await startShells({ grace_seconds: 2 });
  const { agentId: top } = await deployScript(coordinator, 'top', untilFile('never'));
  const stubborn = `trap '' TERM INT; touch deaf; ${untilFile('never')}`;
  const below = await coordinator.client.deploy({
    request_id: 'below',
    agent_type: 'L2',
    parent_agent: top,
    config: { prompt: stubborn },
  });
  if (!below.ok) throw new Error(below.failure.message);
  await waitFor('it hears no signal', () => existsSync(coordinator.path('deaf')));
  const stopped = coordinator.client.stop(top);
  await waitFor('the top has ended', async () => {
    const record = await coordinator.client.get(top);
    return record.ok && record.value.status === 'stopped';
  });
  expect((await ask(coordinator, 'restart', top)).changed?.map(({ agent_id }) => agent_id)).toEqual([top]);
  const answer = await stopped;
  expect(answer.ok && answer.value.stopped.map(({ agent_id }) => agent_id).toSorted()).toEqual(
    [top, below.value.record.agent_id].toSorted(),
  );
  const record = await coordinator.client.get(top);
  expect(record).toMatchObject({ ok: true, value: { status: 'running', attempt: 2 } });
});

test('in a branch that is being stopped nothing is restarted, by nobody: it stays stopped', async () => {
  const coordinator = await startShells({ grace_seconds: 30 });
  const deaf = `trap 'echo heard' TERM; ${untilFile('go')}`;
  const { agentId: parent } = await deployScript(coordinator, 'deaf', deaf);
  const request = { request_id: 'child', agent_type: 'L2', parent_agent: parent, config: { prompt: 'echo ran\n' } };
  const deployed = await coordinator.client.deploy(request);
  const child = deployed.ok ? deployed.value.record.agent_id : '';
  await coordinator.ended(child);
  const token = await coordinator.agentToken(parent);
  const stopped = coordinator.client.stop(parent);
  await waitFor('it is being stopped', () => coordinator.state(parent).status === 'stopping');
  const restarts = (bearer: string) =>
    fetch(`${coordinator.url}/api/coordinator/agents/${child}/restart`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: '{}',
    }).then(async (response) => ({ status: response.status, body: (await response.json()) as { detail?: string } }));
  for (const bearer of [token, coordinator.token]) {
    expect(await restarts(bearer)).toMatchObject({
      status: 403,
      body: { code: 'NOT_ALLOWED', detail: expect.stringContaining('is being stopped') },
    });
  }
  letGo(coordinator, 'go');
  await stopped;
  expect(starts(coordinator, child)).toBe(1);
});
