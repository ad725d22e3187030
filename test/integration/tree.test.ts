/** The tree of 1 + 3 + 3: an Overwatch deploys three workers, each deploys a micro-agent, through one door only. */
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

describe.each(['file', 'http'] as const)('a tree of 1 + 3 + 3 deployed by %s only', (door) => {
  let coordinator: TestCoordinator;
  beforeEach(async () => {
    coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo' } });
    const workers = [1, 2, 3].map((n) => `@deploy .${n} prompts/worker.md name="worker ${n}" door=${door} share=0.33`);
    writeFileSync(coordinator.path('prompts', 'overwatch.md'), `${workers.join('\n')}\n@wait\n@report three workers\n`);
    writeFileSync(
      coordinator.path('prompts', 'worker.md'),
      `@deploy .1 prompts/micro.md name="micro" door=${door}\n@wait\n@report one micro-agent\n`,
    );
    writeFileSync(coordinator.path('prompts', 'micro.md'), '@work 200ms\n@report one detail\n');
  });
  afterEach(async () => {
    await coordinator.dispose();
  });

  test('all end completed with reports, files and journal agree, and nothing is left in the process table', async () => {
    const request = {
      request_id: 'root',
      agent_type: 'L1',
      name: 'Overwatch',
      config: { prompt_file: 'prompts/overwatch.md' },
    };
    const started =
      door === 'file'
        ? (await coordinator.dropAndAnswer(request)).agent_id
        : await coordinator.client
            .deploy(request)
            .then((answer) => (answer.ok ? answer.value.record.agent_id : answer.failure.message));
    await coordinator.ended(started ?? '');

    const list = await coordinator.client.list();
    const agents = list.ok ? list.value.agents : [];
    expect(agents.map(({ agent_type }) => agent_type).sort()).toEqual([
      'L1',
      'L2.1',
      'L2.2',
      'L2.3',
      'L3.1.1',
      'L3.2.1',
      'L3.3.1',
    ]);
    for (const agent of agents) {
      expect(agent, coordinator.log(agent.agent_id)).toMatchObject({
        status: 'completed',
        exit_code: 0,
        completion_report_exists: true,
        report_problems: [],
      });
      const state = await waitFor(
        'its file tells the same, its part of the work included',
        () => {
          const file = coordinator.state(agent.agent_id);
          return isDeepStrictEqual(file, agent) && file;
        },
        { seen: () => ({ file: coordinator.state(agent.agent_id), agent }) },
      );
      expect(state).toEqual(agent);
    }
    const overwatch = agents.find(({ level }) => level === 1);
    expect(overwatch?.children).toHaveLength(3);
    for (const worker of agents.filter(({ level }) => level === 2)) {
      expect(worker.parent_agent).toBe(overwatch?.agent_id);
      expect(agents.filter(({ parent_agent }) => parent_agent === worker.agent_id)).toHaveLength(1);
    }
    const ended = coordinator.journal().filter(({ event }) => event.type === 'agent_ended');
    expect(ended).toHaveLength(7);
    expect(coordinator.processes()).toEqual([]);
  });
});
