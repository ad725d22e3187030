/** The Protocol v1.2 score through the real doors. */
import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { ComplianceAnswer } from '../../protocol/compliance.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const used: TestCoordinator[] = [];
afterEach(async () => {
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

test('an agent, its tree and a day, by HTTP and on the command line; pending while one runs', async () => {
  const coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo' } });
  used.push(coordinator);
  const deploy = async (request_id: string, prompt: string, parent_agent?: string): Promise<string> => {
    const level = parent_agent === undefined ? 'L1' : 'L2.1';
    const config = { prompt, report_required: parent_agent !== undefined };
    const { agent_id = '' } = await coordinator.dropAndAnswer({
      request_id,
      agent_type: level,
      ...(parent_agent === undefined ? {} : { parent_agent }),
      config,
    });
    return agent_id;
  };
  const parent = await deploy('parent', '@say x\n@until go');
  const child = await deploy('child', '@exit 3', parent);
  await coordinator.ended(child);
  const get = async (path: string): Promise<ComplianceAnswer> => {
    const headers = { authorization: `Bearer ${coordinator.token}` };
    const response = await fetch(`${coordinator.url}/api/coordinator${path}`, { headers });
    expect(response.status, path).toBe(200);
    return (await response.json()) as ComplianceAnswer;
  };
  const tree = await get(`/agents/${parent}/compliance?tree=1`);
  expect(tree.agents.map(({ agent_id, score, is_final }) => [agent_id, score === null, is_final])).toEqual([
    [parent, true, false],
    [child, false, true],
  ]);
  expect(tree.agents[1]?.points).toMatchObject({
    report: { state: 'scored', points: 0, of: 20, fact: 'its report is missing' },
    balance: { state: 'not_applicable', points: null, of: 0 },
    time: { points: 20 },
    state: { points: 20, fact: expect.stringContaining('exit code 3') as string },
  });
  expect((await get(`/agents/${parent}/compliance`)).agents).toHaveLength(1);
  writeFileSync(coordinator.path('go'), '');
  const { completed_at } = await coordinator.ended(parent);
  const today = (completed_at ?? '').slice(0, 10);
  expect(await get(`/compliance?day=${today}`)).toMatchObject({ day: today, is_final: true });
  expect((await get('/compliance?day=2001-01-01')).agents).toEqual([]);
  const shown = await startZiggie(['--root', coordinator.root, '--json', 'compliance', parent, '--tree']).end;
  expect(JSON.parse(shown.out)).toEqual(await get(`/agents/${parent}/compliance?tree=1`));
  const refused = await startZiggie(['--root', coordinator.root, 'compliance', '--day', 'today']).end;
  expect(refused.err).toContain('written YYYY-MM-DD');
});
