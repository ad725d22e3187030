/**
 * One contract, whatever the door: the same sequence of requests through each of them, on a root of its own each, has the
 * same answers and leaves the same tree. Another door is one more line in `doors`.
 */
import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import type { TreeNode } from '../../protocol/queries.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { cliDoor } from '../rig/doors/cli.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from '../rig/doors/door.ts';
import { fileDoor } from '../rig/doors/file.ts';
import { httpDoor } from '../rig/doors/http.ts';
import { mcpDoor } from '../rig/doors/mcp.ts';
import { pythonDoor } from '../rig/doors/python.ts';
import { python } from '../rig/python.ts';
import { waitFor } from '../rig/wait-for.ts';

if (python === null) console.warn('without the Python door: there is no Python 3.9 or newer here');
const doors: readonly DoorMaker[] = [httpDoor, fileDoor, mcpDoor, cliDoor, ...(python === null ? [] : [pythonDoor])];
const sequences = Number(process.env['ZIGGIE_DOOR_SEQUENCES'] ?? '2');

/** An agent that ends at once, or waits until it is told to (`go`) or stopped. */
const config = {
  default_runtime: 'sh',
  runtimes: { sh: { kind: 'command', command: '/bin/sh' } },
  limits: { min_free_memory_mb: 0, max_starting: 16, grace_seconds: 5 },
  report: { required: false },
};
const endsAtOnce = 'exit 4';
const waitsForGo = 'until [ -e "$ZIGGIE_ROOT/go" ]; do sleep 0.02; done; exit 0';

/** A step names agents by the order in which they came to be, so that it means the same on every root. */
type Step =
  | { readonly do: 'deploy'; readonly under: number | null | 'boss'; readonly waits: boolean; readonly level: number }
  | { readonly do: 'batch'; readonly under: number | null; readonly count: number; readonly spoilt: boolean }
  | { readonly do: 'again' }
  | { readonly do: 'stop' | 'pause' | 'resume' | 'restart'; readonly of: number }
  | { readonly do: 'status' | 'report' | 'tree' | 'await' | 'submit'; readonly of: number }
  | { readonly do: 'list'; readonly under: number | null }
  | { readonly do: 'inbox' }
  | { readonly do: 'plan'; readonly weights: readonly number[]; readonly workers: number }
  | { readonly do: 'nonsense'; readonly field: string };

const which = fc.nat({ max: 5 });
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('deploy' as const),
      under: fc.oneof(which, fc.constantFrom(null, 'boss' as const)),
      waits: fc.boolean(),
      level: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('batch' as const),
      under: fc.option(which),
      count: fc.integer({ min: 1, max: 3 }),
      spoilt: fc.boolean(),
    }),
  },
  fc.constant<Step>({ do: 'again' }),
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('status' as const, 'report' as const, 'tree' as const, 'await' as const, 'submit' as const),
      of: which,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('stop' as const, 'pause' as const, 'resume' as const, 'restart' as const),
      of: which,
    }),
  },
  fc.record({ do: fc.constant('list' as const), under: fc.option(which) }),
  fc.constant<Step>({ do: 'inbox' }),
  fc.record({
    do: fc.constant('plan' as const),
    weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    workers: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    do: fc.constant('nonsense' as const),
    field: fc.constantFrom('agent_type', 'config', 'priority', 'group'),
  }),
);
const anySequence = fc.array(anyStep, { minLength: 6, maxLength: 14 });

/** One door with its own coordinator and what has happened there. */
class Stage {
  readonly #coordinator: TestCoordinator;
  readonly #door: Door;
  readonly #ids: string[] = [];
  #last: DoorRequest | null = null;
  #count = 0;

  constructor(coordinator: TestCoordinator, door: Door) {
    this.#coordinator = coordinator;
    this.#door = door;
  }

  async play(step: Step): Promise<unknown> {
    const request = this.#requestOf(step);
    this.#last = request;
    const answer = await this.#door.ask(request);
    if (answer.ok) await this.#learn(answer.answer);
    return this.#normal(answer);
  }

  /** Lets everything end, and says what is there. */
  async finish(): Promise<unknown> {
    writeFileSync(this.#coordinator.path('go'), '');
    // Refused where nothing is paused.
    for (const id of this.#ids) await this.#coordinator.client.resume(id);
    for (const id of this.#ids) await this.#coordinator.ended(id);
    const answer = await this.#door.ask({ request_id: 'the-end', action: 'tree' });
    return this.#normal(answer);
  }

  async close(): Promise<void> {
    await this.#door.close();
    await this.#coordinator.dispose();
  }

  #requestOf(step: Step): DoorRequest {
    if (step.do === 'again' && this.#last !== null) return this.#last;
    this.#count += 1;
    const request_id = `step-${this.#count}`;
    switch (step.do) {
      case 'deploy': {
        const parent_agent = step.under === 'boss' ? 'boss' : step.under === null ? null : this.#id(step.under);
        return {
          request_id,
          action: 'deploy',
          agent_type: `L${step.level}`,
          parent_agent,
          config: { prompt: step.waits ? waitsForGo : endsAtOnce },
        };
      }
      case 'batch': {
        const members = Array.from({ length: step.count }, () => ({
          agent_type: 'L3',
          config: { prompt: waitsForGo },
        }));
        const agents = step.spoilt ? [...members, { agent_type: 'L9', config: { prompt: endsAtOnce } }] : members;
        return {
          request_id,
          action: 'deploy_batch',
          parent_agent: step.under === null ? null : this.#id(step.under),
          agents,
        };
      }
      case 'await':
        return { request_id, action: 'wait', agent_ids: [this.#id(step.of)], timeout: 0 };
      case 'submit':
        return {
          request_id,
          action: 'submit_report',
          agent_id: this.#id(step.of),
          markdown: '# Report\n\n## Summary\n\nDone.\n',
        };
      case 'stop':
      case 'pause':
      case 'resume':
      case 'restart':
      case 'status':
      case 'report':
      case 'tree':
        return { request_id, action: step.do, agent_id: this.#id(step.of) };
      case 'list':
        return { request_id, action: 'list', parent_agent: step.under === null ? null : this.#id(step.under) };
      case 'plan':
        return {
          request_id,
          action: 'plan',
          tasks: step.weights.map((weight, index) => ({ id: `t${index}`, weight })),
          workers: step.workers,
        };
      case 'nonsense':
        return { request_id, action: 'deploy', agent_type: 'L1', config: { prompt: endsAtOnce }, [step.field]: 7 };
      case 'inbox':
      case 'again':
        return { request_id, action: 'inbox', agent_id: 'boss' };
    }
  }

  #id(index: number): string {
    return this.#ids[index] ?? 'agent_20200101_000000_999';
  }

  /** What was started is waited for until it stands still, so that no answer depends on how quick a door is. */
  async #learn(answer: unknown): Promise<void> {
    for (const { agent_id, status } of recordsIn(answer)) {
      if (!this.#ids.includes(agent_id)) this.#ids.push(agent_id);
      if (!isStill(status)) await this.#settled(agent_id);
    }
  }

  async #settled(agentId: string): Promise<void> {
    const isShort = this.#coordinator
      .journal()
      .some(
        ({ event }) =>
          event.type === 'agent_accepted' && event.facts.agent_id === agentId && event.prompt === endsAtOnce,
      );
    await waitFor(
      `${agentId} stands still`,
      async () => {
        const record = await this.#coordinator.client.get(agentId);
        if (!record.ok) return false;
        const { status, status_reason } = record.value;
        const isHeld = status === 'queued' && status_reason.startsWith('waiting: its branch is paused');
        return isStill(status) || isHeld || (status === 'running' && !isShort);
      },
      { timeoutMs: 30_000, seen: () => this.#coordinator.output },
    );
  }

  /** Ids become their order; what differs from run to run (times, pids, places of files) goes. */
  #normal(answer: DoorAnswer): unknown {
    let text = JSON.stringify(answer, withoutChance);
    for (const [index, id] of this.#ids.entries()) text = text.replaceAll(id, `<agent ${index}>`);
    return JSON.parse(text.replaceAll(this.#coordinator.root, '<root>'));
  }
}

const chance = new Set([
  ...[
    'pid',
    'deployed_at',
    'queued_at',
    'started_at',
    'completed_at',
    'execution_time_seconds',
    'evidence',
    'at',
    'seq',
  ],
  ...['acknowledged', 'cpu_percent', 'memory_mb', 'cpu_percent_avg', 'memory_mb_peak', 'actual_workload', 'session_id'],
  // Which wave a child is in goes by who has ended before it came.
  'balance',
  // Who took ten seconds, on a slow machine also without doing anything, has at least waited for something.
  'unproven',
]);
const isStill = (status: string): boolean => !['queued', 'starting', 'running', 'stopping', 'backoff'].includes(status);

/** An answer may be given a moment before or after its agent has begun, and a short one has ended in between. */
const underWay = new Set(['queued', 'starting', 'running', 'backoff', 'failed']);
function withoutChance(key: string, value: unknown): unknown {
  if (chance.has(key)) return undefined;
  return value;
}

function recordsIn(answer: unknown): AgentRecord[] {
  if (typeof answer !== 'object' || answer === null) return [];
  if ('request_id' in answer && 'agent_id' in answer) return [answer as AgentRecord];
  if ('agents' in answer) return answer.agents as AgentRecord[];
  if ('changed' in answer) return answer.changed as AgentRecord[];
  if ('roots' in answer) return (answer.roots as TreeNode[]).flatMap(recordsOfNode);
  return [];
}
const recordsOfNode = ({ agent, children }: TreeNode): AgentRecord[] => [
  ...(agent === null ? [] : [agent]),
  ...children.flatMap(recordsOfNode),
];

/** The first answer of a start shows it under way: how far is the door's luck, not its contract. */
const starts: readonly Step['do'][] = ['deploy', 'batch', 'again', 'resume', 'restart'];
function asFirstSeen(step: Step, answer: unknown): unknown {
  if (!starts.includes(step.do)) return answer;
  return JSON.parse(
    JSON.stringify(answer, (key, value: unknown) => {
      if (key === 'status' && typeof value === 'string' && underWay.has(value)) return 'under way';
      return ['status_reason', 'exit_code', 'signal', 'attempt', 'log_file', 'completion_report_exists'].includes(key)
        ? undefined
        : value;
    }),
  );
}

test('every door gives the same answers and leaves the same tree', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anySequence, async (steps) => {
      const stages = await Promise.all(
        doors.map(async (maker) => {
          const coordinator = await TestCoordinator.start({ config });
          return { name: maker.name, stage: new Stage(coordinator, await maker.open(coordinator)) };
        }),
      );
      try {
        const played = await Promise.all(
          stages.map(async ({ stage }) => {
            const answers: unknown[] = [];
            for (const step of steps) answers.push(asFirstSeen(step, await stage.play(step)));
            return { answers, end: await stage.finish() };
          }),
        );
        const [first, ...others] = played;
        for (const [index, other] of others.entries()) {
          for (const [at, answer] of other.answers.entries()) {
            expect(answer, `${doors[index + 1]?.name}, step ${at}: ${JSON.stringify(steps[at])}`).toEqual(
              first?.answers[at],
            );
          }
          expect(other.end, `the tree that ${doors[index + 1]?.name} leaves`).toEqual(first?.end);
        }
      } finally {
        await Promise.all(stages.map(({ stage }) => stage.close()));
      }
    }),
    { numRuns: sequences, endOnFailure: true },
  );
});
