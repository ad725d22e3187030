import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Launcher } from '../../../main/coordinator/process/launcher.ts';
import type { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { recover } from '../../../main/coordinator/recover.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { trees } from '../process/held-run.ts';

const prompt = 'List every sprite.';

/** One agent is queued, and its prompt is not there; `text` is what the journal has. */
async function leftBehind(text: string | null) {
  const layout = layoutOf(temporaryFolder());
  for (const folder of [layout.journal, layout.runs]) mkdirSync(folder);
  const journal = Journal.open(layout.journal, 1);
  onTestFinished(() => journal.close());
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const facts = agentFacts({ prompt_sha256: createHash('sha256').update(prompt).digest('hex') });
  const at = systemClock.now();
  await ledger.commit([{ type: 'agent_accepted', at, request_sha256: '', facts, prompt: text }]);
  const queued: string[] = [];
  const deps = {
    layout,
    ledger,
    ownership: { ...trees, launcher: {} as Launcher },
    supervisor: { isClosed: false } as unknown as Supervisor,
    scheduler: {
      enqueue: ({ agent_id }: AgentFacts) => queued.push(agent_id),
      freeAll: (agents: readonly Agent[]) => queued.push(...agents.map(({ facts: one }) => one.agent_id)),
    } as unknown as Scheduler,
    clock: systemClock,
    log: () => undefined,
  };
  const statusNow = (): string | undefined => ledger.current.agents.get(facts.agent_id)?.life.status;
  return { layout, deps, queued, statusNow, id: facts.agent_id };
}

test('an agent whose prompt cannot be written at present waits, and is queued when it can', async () => {
  const { layout, deps, queued, statusNow, id } = await leftBehind(prompt);
  writeFileSync(layout.runFolder(id), 'in the way'); // As a full disk: the folder cannot be written to.
  recover(deps);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect([statusNow(), queued]).toEqual(['queued', []]);
  rmSync(layout.runFolder(id));
  await waitFor('its place in the queue', () => queued.length > 0);
  expect(readFileSync(layout.promptFile(id), 'utf8')).toBe(prompt);
});

test('one whose prompt is nowhere is refused', async () => {
  const { deps, statusNow } = await leftBehind(null);
  recover(deps);
  await waitFor('its refusal', () => statusNow() !== 'queued');
  expect(statusNow()).toBe('never_began');
});
