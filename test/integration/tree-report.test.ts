/** The combined report of a tree, and the end of a run with its report, seen with real agents through real doors. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import { type ReportAnswer, reportAnswerSchema } from '../../protocol/queries.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

const report = (more = ''): string =>
  `printf '# Report\\nAgent: %s\\n${more}\\n## Summary\\nSorted the crates.\\n## Work completed\\nx\\n## Results\\nx\\n## Issues\\nNone\\n## Time\\nx\\n' "$ZIGGIE_AGENT_ID" > "$ZIGGIE_REPORT_FILE"`;
const shell = (script: string) => ({ kind: 'command', command: '/bin/sh', args: ['-c', script] });
const config = {
  report: { grace_seconds: 30 },
  runtimes: {
    good: shell(`echo working; ${report()}`),
    silent: shell(report()),
    nothing: shell('echo working'),
    liar: shell(`echo working; ${report('Status: completed')}; exit 3`),
    held: shell(`echo working; until [ -e "$ZIGGIE_ROOT/hold" ]; do sleep 0.05; done; ${report()}`),
    /** It ends at once; what it leaves running writes the report when the test says so. */
    late: shell(
      `echo working; (until [ -e "$ZIGGIE_ROOT/go" ]; do sleep 0.05; done; ${report()}; exec sleep 600) > /dev/null 2>&1 & exit 0`,
    ),
  },
};

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config });
});
afterAll(async () => {
  await coordinator.dispose();
});

async function deploy(runtime: string, agent_type: string, parent_agent: string | null): Promise<AgentRecord> {
  const answer = await coordinator.client.deploy({
    agent_type,
    parent_agent,
    name: runtime,
    config: { runtime, prompt: 'x' },
  });
  return valueOf(answer).record;
}

const recordOf = async (id: string): Promise<AgentRecord> => valueOf(await coordinator.client.get(id));

const ended = (id: string): Promise<AgentRecord> => coordinator.ended(id);

const treeOf = async (id: string): Promise<ReportAnswer> =>
  valueOf(await coordinator.client.report(id, { tree: true }));

const get = (path: string): Promise<Response> =>
  fetch(`${coordinator.url}/api/coordinator/agents/${path}`, {
    headers: { authorization: `Bearer ${coordinator.token}` },
  });

test('a parent outside has the report of all it deployed, through HTTP, file and command line', async () => {
  const agents = [await deploy('good', 'L2.1', 'overwatch_1'), await deploy('nothing', 'L2.2', 'overwatch_1')];
  const liar = await deploy('liar', 'L2.3', 'overwatch_1');
  for (const { agent_id } of [...agents, liar]) await ended(agent_id);

  const answer = reportAnswerSchema.parse(await treeOf('overwatch_1'));
  expect(answer.tree?.reports).toEqual({ required: 3, in: 2, missing: 1, with_problems: 1, complete: false });
  expect(answer.tree?.gate.open.map(({ name }) => name)).toEqual(['nothing', 'liar']);
  expect(answer.tree?.agents[3]?.report.problems).toMatchObject([{ code: 'contradicts_run', line: 3 }]);
  expect((await recordOf(liar.agent_id)).report_problems).toMatchObject([{ code: 'contradicts_run', line: 3 }]);

  const page = await get('overwatch_1/report?tree=1&format=markdown');
  expect(page.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
  const markdown = await page.text();
  expect(markdown).toContain('Summary: Sorted the crates.');
  expect(markdown).toContain('nothing (L2.2): completed without its report');
  expect((await get('overwatch_1/report?format=markdown')).status).toBe(422);

  const byFile = await coordinator.dropAndAnswer({
    request_id: 'tree_by_file',
    action: 'report',
    agent_id: 'overwatch_1',
    tree: true,
  });
  expect(byFile).toMatchObject({ tree: { reports: { required: 3, complete: false } } });

  const ziggie = resolve(import.meta.dirname, '../../dist/main/ziggie.js');
  const args = [ziggie, '--root', coordinator.root, 'report', 'overwatch_1', '--tree'];
  const { code, stdout } = await promisify(execFile)(process.execPath, args).then(
    (done) => ({ code: 0, stdout: done.stdout }),
    (error: { code: number; stdout: string }) => error,
  );
  expect(code).toBe(1);
  expect(stdout.split('\n').slice(0, 3)).toEqual(markdown.split('\n').slice(0, 3));

  // What was missing is handed in, what was false is put right: the same question has another answer.
  for (const { agent_id } of [...agents, liar]) {
    const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'].map((title) => `## ${title}\n\nx\n`);
    valueOf(await coordinator.client.submitReport(`Agent: ${agent_id}\n\n${sections.join('\n')}`, agent_id));
  }
  expect((await treeOf('overwatch_1')).tree?.gate).toEqual({ complete: true, open: [] });
});

test('success without a word is flagged, success with output is not', async () => {
  expect(await ended((await deploy('silent', 'L1', null)).agent_id)).toMatchObject({
    status: 'completed',
    unproven: true,
    report_problems: [],
  });
  expect(await ended((await deploy('good', 'L1', null)).agent_id)).toMatchObject({ unproven: false });
});

test.each([
  ['', false],
  [', also over a restart of the coordinator', true],
])('a report written a moment after the end counts, and how late it was is said%s', async (_, isRestarted) => {
  const go = coordinator.path('go');
  const hold = coordinator.path('hold');
  for (const file of [go, hold]) rmSync(file, { force: true });
  const other = await deploy('held', 'L1', null);
  const { agent_id } = await deploy('late', 'L1', null);
  await waitFor('its exit is on record', () => existsSync(coordinator.path('runs', agent_id, '1', 'exit.json')));
  if (isRestarted) {
    await coordinator.crash();
    await coordinator.start();
  }
  // Another that ends after it is judged meanwhile: so would this one be, were it not waited for.
  writeFileSync(hold, '');
  await ended(other.agent_id);
  expect((await recordOf(agent_id)).completed_at).toBeNull();
  writeFileSync(go, '');
  const record = await ended(agent_id);
  expect(record).toMatchObject({ status: 'completed', report_problems: [], completion_report_exists: true, reaped: 1 });
  expect(record.status_reason).toMatch(/^done, report written [\d.]+ s after its end$/);
});
