/** Coming back: what each agent that was not over needs now (the table is in process/recovery.ts), without starting anything twice. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Agent, AgentFacts } from '../../protocol/agent.ts';
import { acceptances } from '../../protocol/events.ts';
import { failureOf } from '../../protocol/failures.ts';
import { livingAgents } from '../../protocol/fleet.ts';
import type { Scheduler } from './admission/scheduler.ts';
import type { Clock } from './clock.ts';
import { isWholePrompt } from './commands/kept-prompts.ts';
import { placeInline } from './commands/stored-prompt.ts';
import { scanJournal } from './ledger/journal-read.ts';
import type { Ledger } from './ledger/ledger.ts';
import { readClaim } from './process/exit-record.ts';
import { begunLife, lookAt } from './process/left-behind.ts';
import type { Ownership, RunMark } from './process/ownership.ts';
import { recoveryRow } from './process/recovery.ts';
import type { Supervisor } from './process/supervisor.ts';
import { until } from './process/wait.ts';
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
/** A launcher that lives and does neither for so long is stuck (suspended, say): it is ended, and then its claim decides. */
const claimPatienceMs = 10_000;
/** How long an ended launcher may take to be gone. */
const endPatienceMs = 3000;
/** Looking failed (no descriptor is free, say): it is tried again, so often, before the agent is given up as lost. */
const lookAgainMs = 1000;
const mostLooks = 30;

export function recover(deps: RecoverDeps): void {
  const unplaced = restorePrompts(deps);
  const waiting: Agent[] = [];
  for (const agent of livingAgents(deps.ledger.current)) {
    const { facts } = agent;
    const prompt = unplaced.get(facts.agent_id);
    if (prompt !== undefined) void placeLater(deps, facts, prompt);
    else if (begunLife(agent) === null) waiting.push(agent);
    else void recoverOne(deps, facts.agent_id);
  }
  deps.scheduler.freeAll(waiting);
}

/** Its prompt is known and the disk has no room for it: it waits for that, unless it is stopped, and is not refused. */
async function placeLater(deps: RecoverDeps, { agent_id }: AgentFacts, prompt: string): Promise<void> {
  const isWanted = (): boolean => {
    const agent = deps.ledger.current.agents.get(agent_id);
    return agent !== undefined && mayStillBegin(agent, deps.layout) && !deps.supervisor.isClosed;
  };
  do await delay(lookAgainMs, undefined, { ref: false });
  while (isWanted() && !isPlaced(deps, agent_id, prompt));
  await recoverOne(deps, agent_id);
}

/** Never rejects. */
async function recoverOne(deps: RecoverDeps, agentId: string): Promise<void> {
  const deadline = deps.clock.monotonic() + claimPatienceMs;
  for (let looks = 1; !deps.supervisor.isClosed; looks += 1) {
    try {
      if ((await decide(deps, agentId, deadline)) === 'done') return;
      looks = 0;
      await delay(askAgainMs, undefined, { ref: false });
    } catch (error) {
      deps.log(`${agentId} could not be recovered: ${String(error)}`);
      if (looks >= mostLooks) return giveUp(deps, agentId, `it could not be looked at: ${String(error)}`);
      await delay(lookAgainMs, undefined, { ref: false });
    }
  }
}

/** As the agent is now: it may have been stopped since it was last looked at. */
async function decide(deps: RecoverDeps, agentId: string, deadline: number): Promise<'done' | 'again'> {
  const { supervisor, scheduler, ledger, ownership, layout, clock, log } = deps;
  const agent = ledger.current.agents.get(agentId);
  if (agent === undefined) return 'done';
  const life = begunLife(agent);
  if (life === null) {
    if (agent.life.status === 'queued') scheduler.enqueue(agent.facts);
    else scheduler.backOff(agent);
    return 'done';
  }
  const { left, leader } = lookAt(life, layout.attemptFolder(agentId, life.attempt), ownership);
  const { action } = recoveryRow(left);
  if (action !== 'wait') log(`${agentId} was ${life.status}: ${action}`);
  switch (action) {
    case 'adopt':
    case 'adopt_unverified':
    case 'settle':
      supervisor.adopt(agent, leader);
      return 'done';
    case 'start':
      scheduler.startAgain(agent.facts);
      return 'done';
    case 'end_unbegun':
      await supervisor.endUnbegun(agent);
      return 'done';
    case 'wait':
      if (clock.monotonic() < deadline) return 'again';
      return endStuck(deps, agent, { agentId, attempt: life.attempt, nonce: life.nonce, leader });
    case 'enqueue':
    case 'back_off':
      return 'done';
  }
}

/** Its launcher lives, is ours, and neither begins nor leaves. Ended, it cannot begin any more, and the table decides. */
async function endStuck(deps: RecoverDeps, agent: Agent, mark: RunMark): Promise<'done' | 'again'> {
  const { ownership, supervisor, log } = deps;
  if (ownership.membersOf([mark]).get(mark.nonce)?.length !== 0) {
    supervisor.adopt(agent, mark.leader); // It has begun, whatever became of its claim.
    return 'done';
  }
  log(`${mark.agentId}: its launcher (pid ${mark.leader.pid}) neither began nor left; it is ended`);
  ownership.endLeader(mark);
  if (await until(() => ownership.check(mark.leader) !== 'match', askAgainMs, endPatienceMs)) return 'again';
  await giveUp(deps, mark.agentId, `its launcher (pid ${mark.leader.pid}) neither began nor left, and cannot be ended`);
  return 'done';
}

async function giveUp({ ledger, supervisor }: RecoverDeps, agentId: string, reason: string): Promise<void> {
  const agent = ledger.current.agents.get(agentId);
  const life = agent === undefined ? null : begunLife(agent);
  if (life !== null) await supervisor.endLost(agentId, life.attempt, reason);
}

/** A small prompt's file was not synced when it was accepted; the journal has its text. Returns those there is no room for. */
function restorePrompts(deps: RecoverDeps): ReadonlyMap<string, string> {
  const { layout, ledger, clock } = deps;
  const broken = livingAgents(ledger.current).filter(
    (agent) =>
      mayStillBegin(agent, layout) &&
      !isWholePrompt(layout.promptFile(agent.facts.agent_id), agent.facts.prompt_sha256),
  );
  const unplaced = new Map<string, string>();
  if (broken.length === 0) return unplaced;
  const wanted = new Map(broken.map(({ facts }) => [facts.agent_id, facts.prompt_sha256]));
  scanJournal(layout.journal, ({ event }) => {
    for (const { facts, prompt } of acceptances(event)) {
      const { agent_id, prompt_sha256 } = facts;
      if (prompt === null || wanted.get(agent_id) !== prompt_sha256) continue;
      wanted.delete(agent_id);
      if (!isPlaced(deps, agent_id, prompt)) unplaced.set(agent_id, prompt);
    }
  });
  const failure = failureOf(
    'PROMPT_NOT_FOUND',
    'The prompt was damaged while the coordinator was away. Deploy it again with a new request_id.',
  );
  const at = clock.now();
  const refused = [...wanted.keys()].map(
    (agent_id) => ({ type: 'agent_never_began', at, agent_id, as: 'refused', failure }) as const,
  );
  // Nobody waits for the disk here. What cannot be recorded cannot be started, either.
  ledger.commitFact(refused).catch((error: unknown) => deps.log(`not recorded: ${String(error)}`));
  return unplaced;
}

function isPlaced({ layout, log }: RecoverDeps, agentId: string, prompt: string): boolean {
  try {
    placeInline(layout.runFolder(agentId), layout.promptFile(agentId), prompt);
    log(`${agentId}: its prompt was restored from the journal`);
    return true;
  } catch (error) {
    log(`${agentId}: its prompt cannot be restored now: ${String(error)}`);
    return false;
  }
}

/** One that has begun has read its prompt, and may do with the file what it likes. */
function mayStillBegin(agent: Agent, layout: Layout): boolean {
  if (agent.life.status === 'queued') return true;
  const life = begunLife(agent);
  if (life === null || life.status === 'stopping' || life.attempt > 1) return false;
  return (
    life.status === 'starting' || readClaim(layout.attemptFolder(agent.facts.agent_id, life.attempt)).is === 'absent'
  );
}
