/** Coming back: what each agent that was not over needs now (the table is in process/recovery.ts), without starting anything twice. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Agent } from '../../protocol/agent.ts';
import { failureOf } from '../../protocol/failures.ts';
import { livingAgents } from '../../protocol/fleet.ts';
import type { Scheduler } from './admission/scheduler.ts';
import type { Clock } from './clock.ts';
import { placeInline } from './commands/stored-prompt.ts';
import { scanJournal } from './ledger/journal-read.ts';
import type { Ledger } from './ledger/ledger.ts';
import { readClaim, readExitRecord } from './process/exit-record.ts';
import type { Ownership } from './process/ownership.ts';
import { recoveryOf } from './process/recovery.ts';
import type { Supervisor } from './process/supervisor.ts';
import type { Layout } from './root/layout.ts';

export interface RecoverDeps {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly ownership: Ownership;
  readonly supervisor: Supervisor;
  readonly scheduler: Scheduler;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/** A launcher that was let go just before the crash claims within milliseconds; asked this often until it has, or is gone. */
const askAgainMs = 50;

export async function recover(deps: RecoverDeps): Promise<void> {
  await restorePrompts(deps);
  for (const agent of livingAgents(deps.ledger.current)) {
    if (agent.life.status === 'queued') deps.scheduler.enqueue(agent.facts);
    else
      void decide(deps, agent).catch((error: unknown) =>
        deps.log(`${agent.facts.agent_id} could not be recovered: ${String(error)}`),
      );
  }
}

async function decide(deps: RecoverDeps, agent: Agent): Promise<void> {
  const { supervisor, scheduler, ledger, ownership, layout } = deps;
  const { life, facts } = agent;
  if (life.status !== 'starting' && life.status !== 'running' && life.status !== 'stopping') return;
  const identity = life.status === 'starting' ? null : life.identity;
  const attemptFolder = layout.attemptFolder(facts.agent_id, life.attempt);
  const recovery = recoveryOf({
    status: life.status,
    identity,
    sameBoot: identity === null || identity.boot_id === ownership.bootId,
    launcher: identity === null ? 'gone' : ownership.check(identity),
    claim: readClaim(attemptFolder),
    exit: readExitRecord(attemptFolder),
  });
  deps.log(`${facts.agent_id} was ${life.status}: ${recovery}`);
  switch (recovery) {
    case 'adopt':
    case 'settle':
      supervisor.adopt(agent);
      return;
    case 'wait':
      setTimeout(() => void decide(deps, agent), askAgainMs);
      return;
    case 'end_unbegun':
      await supervisor.endUnbegun(agent);
      return;
    case 'start': {
      const ticket = supervisor.ticket(facts.agent_id, life.attempt);
      scheduler.start(facts.agent_id, ticket, ledger.commit(ticket.events));
    }
  }
}

/** A small prompt's file was not synced when it was accepted; the journal has its text. */
async function restorePrompts({ layout, ledger, clock, log }: RecoverDeps): Promise<void> {
  const broken = livingAgents(ledger.current).filter(
    (agent) => !hasBegun(agent, layout) && !isWhole(layout.promptFile(agent.facts.agent_id), agent.facts.prompt_sha256),
  );
  if (broken.length === 0) return;
  const wanted = new Set(broken.map(({ facts }) => facts.agent_id));
  const sums = new Map(broken.map(({ facts }) => [facts.agent_id, facts.prompt_sha256]));
  scanJournal(layout.journal, ({ event }) => {
    if (event.type !== 'agent_accepted' || event.prompt === null) return;
    if (sums.get(event.facts.agent_id) !== event.facts.prompt_sha256 || !wanted.delete(event.facts.agent_id)) return;
    placeInline(layout.runFolder(event.facts.agent_id), layout.promptFile(event.facts.agent_id), event.prompt);
    log(`${event.facts.agent_id}: its prompt was restored from the journal`);
  });
  const failure = failureOf(
    'PROMPT_NOT_FOUND',
    'The prompt was damaged while the coordinator was away. Deploy it again with a new request_id.',
  );
  await ledger.commit(
    [...wanted].map(
      (agent_id) => ({ type: 'agent_never_began', at: clock.now(), agent_id, as: 'refused', failure }) as const,
    ),
  );
}

/** One that has begun has read its prompt, and may do with the file what it likes. */
function hasBegun({ life, facts }: Agent, layout: Layout): boolean {
  if (life.status !== 'running' && life.status !== 'stopping') return false;
  return readClaim(layout.attemptFolder(facts.agent_id, life.attempt)).is === 'claimed';
}

function isWhole(path: string, sha256: string): boolean {
  return existsSync(path) && createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
}
