/** Asking and deciding, with the real ledger and journal and a clock that the test sets. */
import { expect, onTestFinished, test } from 'vitest';
import { ApprovalExpiry } from '../../../main/coordinator/approvals/expiry.ts';
import { listApprovals, mostOpenPerAgent, requestApproval } from '../../../main/coordinator/commands/approvals.ts';
import { decideOnce } from '../../../main/coordinator/commands/once.ts';
import { Repeats } from '../../../main/coordinator/commands/repeats.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { FleetWatch } from '../../../main/coordinator/events/fleet-watch.ts';
import type { Call, Principal } from '../../../main/coordinator/facade.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import type { ShownApproval } from '../../../protocol/approvals.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import type { Result } from '../../../protocol/failures.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { valueOf } from '../../rig/result.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const operator: Principal = { kind: 'operator' };
const agent = (agentId: string): Principal => ({ kind: 'agent', agentId });
const http: Call = { door: 'http', wait: 'admission' };
const begin = Date.parse('2025-11-09T14:30:00.000Z');

interface Time {
  seconds: number;
}

/** `boss` above `worker` above `helper`, and `other` beside them; all run. */
async function fourAgents(time: Time = { seconds: 0 }) {
  const folder = temporaryFolder();
  const made = open(folder, time, emptyFleet);
  const tree = { boss: null, worker: 'boss', helper: 'worker', other: null };
  await made.deps.ledger.commit(
    Object.entries(tree).flatMap(([agent_id, parent_agent], index): ZiggieEvent[] => [
      {
        type: 'agent_accepted',
        at: made.deps.clock.now(),
        request_sha256: '',
        facts: agentFacts({ agent_id, parent_agent, ordinal: index + 1, request_id: agent_id, name: null }),
        prompt: null,
      },
      { type: 'agent_starting', at: '', agent_id, attempt: 1, nonce: 'n', token_sha256: 't' },
    ]),
  );
  return { folder, time, ...made };
}

function open(folder: string, time: Time, fleet: Fleet) {
  const hub = new EventHub(() => undefined);
  const journal = Journal.open(folder, fleet.seq + 1);
  onTestFinished(() => journal.close());
  const ledger = new Ledger(fleet, journal, hub);
  const fleetWatch = new FleetWatch(() => ledger.current);
  hub.subscribe(() => fleetWatch.onEvent());
  const clock = {
    now: () => new Date(begin + time.seconds * 1000).toISOString(),
    monotonic: () => time.seconds * 1000,
  };
  const deps = { ledger, fleetWatch, clock, config: configSchema.parse({}), repeats: new Repeats(ledger, clock) };
  const expiry = new ApprovalExpiry({ ledger, clock, log: () => undefined });
  onTestFinished(() => expiry.close());
  const ask = (
    who: string,
    id: string,
    { tool = 'Bash', input = { command: 'ls' } as Record<string, unknown>, timeout = 0 } = {},
  ): Promise<Result<ShownApproval>> =>
    requestApproval(
      deps,
      { ...envelope(`ask-${id}`), action: 'request_approval', tool_use_id: id, tool_name: tool, input, timeout },
      agent(who),
      http,
    );
  let decisions = 0;
  const decide = (
    approval_id: string,
    fields: Partial<Parameters<typeof decideOnce>[1]> = {},
    by = operator,
    call = http,
  ) =>
    decideOnce(
      deps,
      {
        ...envelope(`decide-${(decisions += 1)}`),
        action: 'decide_approval',
        approval_id,
        decision: 'allow',
        message: null,
        branch: false,
        ...fields,
      },
      by,
      call,
    );
  const list = (status: 'open' | 'all' = 'all', by = operator) =>
    valueOf(
      listApprovals(ledger.current, { ...envelope('list'), action: 'list_approvals', status, agent_id: null }, by),
    );
  return { deps, journal, expiry, ask, decide, list };
}

const envelope = (request_id: string) => ({ request_id, timestamp: null, token: null });
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.failure.code);
const requested = ({ deps }: { deps: { ledger: Ledger } }): number => deps.ledger.current.approvals.size;

test('many at once are as many approvals, and the same asked many times at once is one', async () => {
  const made = await fourAgents();
  const ids = Array.from({ length: 50 }, (_, index) => `toolu_${index}`);
  const { seq } = made.deps.ledger.current;
  const answers = await Promise.all([...ids, ...ids].map((id) => made.ask('worker', id, { input: { command: id } })));
  expect(answers.every(({ ok }) => ok)).toBe(true);
  expect(new Set(answers.map((one) => valueOf(one).approval_id)).size).toBe(50);
  expect(requested(made)).toBe(50);
  expect(made.deps.ledger.current.seq - seq).toBe(50); // Each is written down once.
  expect(
    made
      .list('open')
      .approvals.map(({ input }) => (JSON.parse(input) as { command: string }).command)
      .sort(),
  ).toEqual([...ids].sort());
  // Two agents may use the same name for a call.
  expect(valueOf(await made.ask('other', 'toolu_1')).approval_id).not.toBe(
    valueOf(await made.ask('worker', 'toolu_1', { input: { command: 'toolu_1' } })).approval_id,
  );
});

test('who waits is answered with the decision, and asking again gives the same', async () => {
  const made = await fourAgents();
  const waiting = made.ask('worker', 'toolu_1', { timeout: 60 });
  const { approval_id, path } = valueOf(await made.ask('worker', 'toolu_1'));
  expect(path.map(({ agent_id }) => agent_id)).toEqual(['worker']); // Nobody learns of those above.
  expect(made.list('open').approvals[0]?.path.map(({ agent_id }) => agent_id)).toEqual(['boss', 'worker']);
  valueOf(await made.decide(approval_id, { decision: 'deny', message: 'no' }));
  for (const answer of [await waiting, await made.ask('worker', 'toolu_1')]) {
    expect(valueOf(answer)).toMatchObject({ status: 'denied', decided: { by: 'operator', message: 'no' } });
  }
  expect(codeOf(await made.ask('worker', 'toolu_1', { input: { command: 'rm -rf /' } }))).toBe(
    'DUPLICATE_REQUEST_MISMATCH',
  );
});

test('it is decided once: of two at once one counts, the same request again is answered again', async () => {
  const made = await fourAgents();
  const { approval_id } = valueOf(await made.ask('worker', 'toolu_1'));
  const both = await Promise.all([
    made.decide(approval_id, { request_id: 'first' }),
    made.decide(approval_id, { decision: 'deny' }),
  ]);
  expect(both.map(codeOf)).toEqual(['ok', 'ALREADY_DECIDED']);
  expect(both[1]).toMatchObject({ failure: { details: { status: 'allowed', by: 'operator' } } });
  expect(valueOf(await made.decide(approval_id, { request_id: 'first' })).replayed).toBe(true);
  expect(codeOf(await made.decide('apr_000000000000'))).toBe('UNKNOWN_APPROVAL');
});

test('a decision of a journal that knew no requests of decisions is answered again, and is no other decision', async () => {
  const made = await fourAgents();
  const { approval_id } = valueOf(await made.ask('worker', 'toolu_1'));
  const at = made.deps.clock.now();
  const denied = { outcome: 'denied', by: 'operator', message: 'no', branch: false, request_id: 'old' } as const;
  await made.deps.ledger.commit([{ type: 'approval_decided', at, agent_id: 'worker', approval_id, ...denied }]);
  const asked = { request_id: 'old', decision: 'deny', message: 'no' } as const;
  expect(valueOf(await made.decide(approval_id, asked))).toMatchObject({
    replayed: true,
    answer: { status: 'denied' },
  });
  for (const other of [{ decision: 'allow' as const }, { message: 'never' }]) {
    expect(codeOf(await made.decide(approval_id, { ...asked, ...other }))).toBe('DUPLICATE_REQUEST_MISMATCH');
  }
});

test('time that is over counts as denied, also where a decision comes first after it', async () => {
  const made = await fourAgents();
  const [one, two] = [valueOf(await made.ask('worker', 'toolu_1')), valueOf(await made.ask('worker', 'toolu_2'))];
  made.time.seconds = 3599;
  await made.expiry.look();
  expect(made.list('open').approvals).toHaveLength(2);
  made.time.seconds = 3600;
  expect(await made.decide(one.approval_id)).toMatchObject({
    failure: { code: 'ALREADY_DECIDED', details: { status: 'expired', by: 'coordinator' } },
  });
  await made.expiry.look();
  expect(valueOf(await made.ask('worker', 'toolu_2'))).toMatchObject({
    status: 'expired',
    approval_id: two.approval_id,
  });
  expect(made.list('open').approvals).toEqual([]);
});

test('time that passed while no coordinator ran counts; a decision of before stays', async () => {
  const made = await fourAgents();
  await made.ask('worker', 'toolu_1');
  const kept = valueOf(await made.ask('worker', 'toolu_2'));
  valueOf(await made.decide(kept.approval_id));
  await made.journal.close();
  made.time.seconds = 100_000;
  const next = open(made.folder, made.time, restore(made.folder, emptyFleet).fleet);
  await next.expiry.look();
  expect(valueOf(await next.ask('worker', 'toolu_1')).status).toBe('expired');
  expect(valueOf(await next.ask('worker', 'toolu_2')).status).toBe('allowed');
});

test('what a branch was allowed holds for the tool, for all below, and until the agent is stopped', async () => {
  const made = await fourAgents();
  const first = valueOf(await made.ask('worker', 'toolu_1'));
  valueOf(await made.decide(first.approval_id, { branch: true }));
  const below = valueOf(await made.ask('helper', 'toolu_2'));
  expect(below).toMatchObject({ status: 'allowed', decided: { by: first.approval_id } });
  expect(valueOf(await made.ask('worker', 'toolu_3')).status).toBe('allowed');
  expect(valueOf(await made.ask('helper', 'toolu_4', { tool: 'Write' })).status).toBe('open');
  expect(valueOf(await made.ask('boss', 'toolu_5')).status).toBe('open');
  expect(made.list().allowed).toMatchObject([{ agent_id: 'worker', tool: 'Bash', approval_id: first.approval_id }]);
  await made.deps.ledger.commit([
    { type: 'agent_stopping', at: '', agent_id: 'worker', by: 'operator', reason: 'stop' },
  ]);
  expect(valueOf(await made.ask('helper', 'toolu_6')).status).toBe('open');
  expect(made.list().allowed).toEqual([]);
  expect(codeOf(await made.ask('worker', 'toolu_7'))).toBe('WRONG_STATE');
});

test('when an agent is stopped its open questions are closed, which counts as denied', async () => {
  const made = await fourAgents();
  const { approval_id } = valueOf(await made.ask('worker', 'toolu_1'));
  await made.deps.ledger.commit([
    { type: 'agent_stopping', at: '', agent_id: 'worker', by: 'operator', reason: 'stop' },
  ]);
  expect(await made.decide(approval_id)).toMatchObject({
    failure: { code: 'ALREADY_DECIDED', details: { status: 'closed' } },
  });
});

test('the operator alone decides, an agent alone asks, and each sees its own branch', async () => {
  const made = await fourAgents();
  const { approval_id } = valueOf(await made.ask('helper', 'toolu_1'));
  for (const who of ['helper', 'worker', 'boss', 'other']) {
    expect(codeOf(await made.decide(approval_id, {}, agent(who)))).toBe('NOT_ALLOWED');
  }
  const file: Call = { door: 'file', wait: 'admission' };
  expect(codeOf(await made.decide(approval_id, {}, operator, file))).toBe('UNAUTHENTICATED');
  expect(codeOf(await made.decide(approval_id, { decision: 'deny', branch: true }))).toBe('INVALID_REQUEST');
  expect(made.list('open', agent('other')).approvals).toEqual([]);
  expect(made.list('open', agent('worker')).approvals[0]?.path.map(({ agent_id }) => agent_id)).toEqual([
    'worker',
    'helper',
  ]);
  const asked = {
    ...envelope('x'),
    action: 'request_approval',
    tool_use_id: 'x',
    tool_name: 'x',
    input: {},
    timeout: 0,
  } as const;
  expect(codeOf(await requestApproval(made.deps, asked, operator, http))).toBe('NOT_ALLOWED');
  expect(made.list('open').approvals).toHaveLength(1);
});

test('what is kept of an input has bounds and no token', async () => {
  const made = await fourAgents();
  const long = valueOf(
    await made.ask('worker', 'toolu_1', { input: { token: 'secret', content: 'x'.repeat(100_000) } }),
  );
  expect(long.input).toHaveLength(32_768);
  expect(long.input).not.toContain('secret');
  expect(long.input_bytes).toBeGreaterThan(100_000);
  const many = Array.from({ length: mostOpenPerAgent }, (_, index) => made.ask('worker', `more_${index}`));
  expect((await Promise.all(many)).map(codeOf).filter((code) => code === 'LIMIT_REACHED')).toHaveLength(1);
});
