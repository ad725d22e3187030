/** A report that is handed in lands in the report's place and nowhere else, whatever lies there, and is judged at once. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import type { ReportAnswer } from '../../protocol/queries.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';

const config = {
  default_runtime: 'sleep',
  runtimes: { sleep: { kind: 'command', command: '/bin/sleep', args: ['600'] } },
};
let coordinator: TestCoordinator;
let mine: AgentRecord;
let child: AgentRecord;
let sibling: AgentRecord;
let token = '';
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config });
  mine = await deploy({ agent_type: 'L1' });
  child = await deploy({ agent_type: 'L2', parent_agent: mine.agent_id });
  sibling = await deploy({ agent_type: 'L1' });
  token = await coordinator.agentToken(mine.agent_id);
});
afterAll(async () => {
  await coordinator.dispose();
});

async function deploy(fields: object): Promise<AgentRecord> {
  const answer = await coordinator.client.deploy({ agent_type: 'L1', ...fields, config: { prompt: 'x' } });
  return valueOf(answer).record;
}

const whole = (of: AgentRecord): string =>
  [
    `# Report\nAgent: ${of.agent_id}`,
    ...['Summary', 'Work completed', 'Results', 'Issues', 'Time'].map((title) => `## ${title}\nDone.`),
  ].join('\n\n');
const pathOf = ({ agent_id }: AgentRecord): string => coordinator.path('reports', `${agent_id}_COMPLETION_REPORT.md`);

async function put(agentId: string, markdown: string, as = coordinator.token) {
  const response = await fetch(`${coordinator.url}/api/coordinator/agents/${agentId}/report`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify({ markdown }),
  });
  return {
    status: response.status,
    body: (await response.json()) as ReportAnswer & { code?: string; detail?: string },
  };
}

test('an agent hands in its own, and is told what is wrong with it', async () => {
  const first = await put(mine.agent_id, '# Half a report', token);
  expect(first.status).toBe(200);
  expect(first.body.report_problems.map(({ code }) => code)).toContain('agent_not_named');
  const second = await put(mine.agent_id, whole(mine), token);
  expect(second.body).toMatchObject({
    agent_id: mine.agent_id,
    exists: true,
    markdown: whole(mine),
    report_problems: [],
  });
  expect(readFileSync(pathOf(mine), 'utf8')).toBe(whole(mine));
  expect(lstatSync(pathOf(mine)).mode & 0o777).toBe(0o600);
});

test('that of its child, too, but not that of its sibling, which is answered as an unknown one', async () => {
  expect((await put(child.agent_id, whole(child), token)).status).toBe(200);
  const refused = await put(sibling.agent_id, whole(sibling), token);
  const unknown = await put('agent_20200101_000000_999', whole(sibling), token);
  expect(refused.body.code).toBe('UNKNOWN_AGENT');
  expect(JSON.stringify(refused).replaceAll(sibling.agent_id, 'X')).toBe(
    JSON.stringify(unknown).replaceAll('agent_20200101_000000_999', 'X'),
  );
  expect(existsSync(pathOf(sibling))).toBe(false);
});

test.each<[string, (path: string, outside: string) => void]>([
  ['a symbolic link', (path, outside) => symlinkSync(outside, path)],
  ['a link that leads nowhere', (path, outside) => symlinkSync(`${outside}.none`, path)],
  ['a named pipe', (path) => execFileSync('mkfifo', [path])],
])('%s in its place is replaced, and not followed or waited for', async (_, make) => {
  const outside = coordinator.path('outside.txt');
  writeFileSync(outside, 'somebody else’s');
  rmSync(pathOf(sibling), { force: true });
  make(pathOf(sibling), outside);
  expect((await put(sibling.agent_id, whole(sibling))).status).toBe(200);
  expect(lstatSync(pathOf(sibling)).isFile()).toBe(true);
  expect(readFileSync(outside, 'utf8')).toBe('somebody else’s');
  expect(existsSync(`${outside}.none`)).toBe(false);
});

test('a folder in its place is said, and left', async () => {
  rmSync(pathOf(child), { force: true });
  mkdirSync(pathOf(child));
  const { body } = await put(child.agent_id, whole(child));
  expect([body.code, body.detail]).toEqual(['WRONG_STATE', expect.stringContaining('is a folder')]);
  rmSync(pathOf(child), { recursive: true });
});

test('with a link in the place of reports/ nothing is written through it', async () => {
  const elsewhere = coordinator.path('elsewhere');
  renameSync(coordinator.path('reports'), `${elsewhere}-kept`);
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, coordinator.path('reports'));
  const { body } = await put(mine.agent_id, whole(mine));
  rmSync(coordinator.path('reports'));
  renameSync(`${elsewhere}-kept`, coordinator.path('reports'));
  expect(body.code).toBe('INVALID_REQUEST');
  expect(readdirSync(elsewhere)).toEqual([]);
});

test('more bytes than a report may have are refused, also where the characters are few enough', async () => {
  const { status, body } = await put(mine.agent_id, 'ä'.repeat(200_000));
  expect([status, body.code]).toEqual([413, 'TOO_LARGE']);
  expect(readFileSync(pathOf(mine), 'utf8')).toBe(whole(mine));
});

test('by file: the caller is who holds the token, and the operator has to name the agent', async () => {
  const request = { action: 'submit_report', markdown: whole(mine) };
  const nobody = await coordinator.dropAndAnswer({ request_id: 'report-1', ...request });
  expect([nobody.code, nobody.error]).toEqual(['INVALID_REQUEST', expect.stringContaining('Whose report?')]);
  const answer = await coordinator.dropAndAnswer({ request_id: 'report-2', ...request, token });
  expect(answer).toMatchObject({ agent_id: mine.agent_id, report_problems: [] });
});

test('that of an agent that has ended can still be handed in by who may stop it', async () => {
  valueOf(await coordinator.client.stop(child.agent_id));
  expect((await put(child.agent_id, whole(child), token)).body.report_problems).toEqual([]);
});
