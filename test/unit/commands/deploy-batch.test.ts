/** What a batch may take of memory, of the disk and of everybody's time, however small its request is. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { deployBatch } from '../../../main/coordinator/commands/deploy-batch.ts';
import { WaitingPrompts } from '../../../main/coordinator/commands/waiting-prompts.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import type { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { syncFolder } from '../../../main/coordinator/ledger/atomic-file.ts';
import type { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { plainOutputReader, type Runtime } from '../../../main/coordinator/runtimes/runtime.ts';
import type { AgentFacts } from '../../../protocol/agent.ts';
import { configSchema } from '../../../protocol/config.ts';
import { ok } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { batchRequestSchema } from '../../../protocol/request.ts';
import { failureIn, valueOf } from '../../rig/result.ts';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

vi.mock('../../../main/coordinator/ledger/atomic-file.ts', { spy: true });
beforeEach(() => void vi.mocked(syncFolder).mockClear());

function rig() {
  const layout = layoutOf(temporaryFolder());
  mkdirSync(layout.runs);
  const counts = { prepared: 0, underWay: 0, mostAtOnce: 0, entered: [] as AgentFacts[][] };
  const runtime: Runtime = {
    kind: 'command',
    locate: async () => {
      counts.underWay += 1;
      counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.underWay);
      await turn();
      counts.underWay -= 1;
      return ok({ file: '/bin/true', leadingArgs: [], env: {} });
    },
    preparePrompt: (prompt) => {
      counts.prepared += 1;
      return prompt;
    },
    launch: () => ({ file: '/bin/true', args: [], env: {}, promptOnStdin: false, files: {} }),
    stopSteps: () => [],
    message: () => Promise.resolve(ok('nowhere')),
    outputReader: plainOutputReader,
  };
  const journal = { append: () => Promise.resolve(), failure: null, isFinal: false } as unknown as Journal;
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const deps = {
    layout,
    config: configSchema.parse({}),
    ledger,
    scheduler: { enqueueAll: (all: AgentFacts[]) => counts.entered.push(all) } as unknown as Scheduler,
    // Nobody waits for a start here.
    lives: { when: (id: string) => Promise.resolve(ledger.current.agents.get(id)) } as unknown as LifeWatch,
    runtimes: { get: () => ok(runtime) } as unknown as Runtimes,
    clock: systemClock,
    budgets: new Budgets(configSchema.parse({}).budget, systemClock, () => null),
    record: agentRecord,
    prompts: new WaitingPrompts({ layout, isKnown: (agentId) => ledger.pending.agents.has(agentId) }),
  };
  const ask = (configs: readonly object[]) =>
    deployBatch(deps, {
      request: batchRequestSchema.parse({
        request_id: 'b1',
        action: 'deploy_batch',
        agents: configs.map((config) => ({ agent_type: 'L1', config })),
      }),
      by: { kind: 'operator' },
      door: 'http',
      wait: 'admission',
      onDurable: () => undefined,
    });
  return { layout, counts, ask, left: () => readdirSync(layout.runs) };
}

test('prompts of more than 64 MiB together are refused before they are read, and nothing is left of them', async () => {
  const { layout, counts, ask, left } = rig();
  writeFileSync(join(layout.root, 'large.md'), '');
  truncateSync(join(layout.root, 'large.md'), 8 * 1024 * 1024);
  const { code, message } = failureIn(await ask(Array.from({ length: 100 }, () => ({ prompt_file: 'large.md' }))));
  expect(code).toBe('TOO_LARGE');
  expect(message).toMatch(/^agents\.\d+: .*8388608 bytes .*67108864 bytes/);
  expect(counts.prepared).toBeLessThanOrEqual(8);
  expect(left()).toEqual([]);
});

test('few are prepared at once, and their prompts are durable with one wait for the disk', async () => {
  const { layout, counts, ask } = rig();
  const long = (index: number): string => `${index} ${'x'.repeat(70_000)}`;
  const { answer } = valueOf(await ask(Array.from({ length: 40 }, (_, index) => ({ prompt: long(index) }))));
  expect(answer.agents).toHaveLength(40);
  expect(counts.mostAtOnce).toBe(8);
  expect(counts.entered.map((all) => all.length)).toEqual([40]);
  for (const [index, { agent_id }] of answer.agents.entries()) {
    expect(readFileSync(layout.promptFile(agent_id), 'utf8')).toBe(long(index));
  }
  expect(vi.mocked(syncFolder).mock.calls).toEqual([[layout.runs]]);
  expect(readdirSync(layout.runs).sort()).toEqual(answer.agents.map(({ agent_id }) => agent_id).sort());
});

test('a folder that is left over of the name of an agent is no hindrance', async () => {
  const { layout, ask } = rig();
  vi.useFakeTimers({ now: new Date('2026-01-02T03:04:05Z'), toFake: ['Date'] });
  mkdirSync(join(layout.runs, 'agent_20260102_030405_1', '1'), { recursive: true });
  const { answer } = valueOf(await ask([{ prompt: 'x'.repeat(70_000) }]));
  vi.useRealTimers();
  const [{ agent_id } = { agent_id: '' }] = answer.agents;
  expect(agent_id).toBe('agent_20260102_030405_1');
  expect(readFileSync(layout.promptFile(agent_id), 'utf8')).toHaveLength(70_000);
  expect(readdirSync(layout.runs)).toEqual([agent_id]);
});
