/**
 * Children end while the coordinator is killed again and again, and a parent reads its inbox all the time: it learns of
 * every end exactly once, through HTTP and by file, inside the tree and outside of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { InboxAnswer, InboxMessage } from '../../protocol/waiting.ts';
import { waitFor } from '../rig/wait-for.ts';
import { type Launched, SoakRoot } from './rig/soak-root.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';
import { remainsOf } from './rig/verdict.ts';
import { promptOf, workerRuntime } from './rig/worker.ts';

const children = amount({ ci: 20, full: 200 });
const kills = amount({ ci: 5, full: 50 });
/** A start takes some 400 ms; the kill falls into it or after it. */
const killWithinMs = 900;
/** Children end spread over about so long. */
const longestNapSeconds = amount({ ci: 4, full: 30 });
const parents = ['overwatch_001', 'overwatch_002'];

/** What a parent does: asks, works on each message, and acknowledges the last one with its next question. */
class Parent {
  readonly name: string;
  readonly door: 'http' | 'file';
  readonly worked: InboxMessage[] = [];
  asked = 0;
  readonly #root: SoakRoot;

  constructor(root: SoakRoot, name: string, door: 'http' | 'file') {
    this.#root = root;
    this.name = name;
    this.door = door;
  }

  async read(timeout: number): Promise<void> {
    const answer = await this.#ask({
      action: 'inbox',
      agent_id: this.name,
      timeout,
      acknowledge: this.#last,
      limit: 3,
    });
    this.worked.push(...(answer?.messages ?? []));
  }

  get #last(): number | null {
    return this.worked.at(-1)?.seq ?? null;
  }

  /** null: nobody answered. Whether the question was heard is not known, and it is simply asked again. */
  async #ask(body: object): Promise<InboxAnswer | null> {
    this.asked += 1;
    return this.door === 'file' ? this.#byFile(body) : this.#byHttp(body);
  }

  async #byHttp(body: object): Promise<InboxAnswer | null> {
    try {
      const { status, body: answer } = await this.#root.call('POST', '/api/coordinator/inbox', body);
      return status === 200 ? (answer as InboxAnswer) : null;
    } catch {
      await delay(20);
      return null; // Killed meanwhile, or not there yet.
    }
  }

  async #byFile(body: object): Promise<InboxAnswer> {
    const request_id = `${this.name}-${this.asked}`;
    this.#root.drop({ request_id, ...body });
    const path = this.#root.path('responses', `${request_id}_response.json`);
    await waitFor(`an answer to ${request_id}`, () => existsSync(path), {
      timeoutMs: 60_000,
      seen: () => this.#root.lastOutput(),
    });
    return JSON.parse(readFileSync(path, 'utf8')) as InboxAnswer;
  }
}

test.skipIf(process.platform !== 'linux')('every end is told once, whatever the coordinator goes through', async () => {
  const random = randomFor('wakes');
  const root = new SoakRoot({
    default_runtime: 'worker',
    runtimes: { worker: workerRuntime },
    limits: { max_running: 300, max_starting: 16, starts_per_second: 1000, min_free_memory_mb: 0 },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  let life: Launched = await root.start();
  const deployed = new Map<string, string>();
  for (let index = 0; index < children; index++) {
    const parent_agent = parents[index % parents.length] ?? '';
    const nap = random.below(longestNapSeconds * 10) / 10;
    const prompt = promptOf({ requestId: `child-${index}`, code: random.below(3), nap });
    const answer = await root.deploy({
      request_id: `child-${index}`,
      agent_type: 'L2',
      parent_agent,
      config: { prompt },
    });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    deployed.set((answer.body as { agent_id: string }).agent_id, parent_agent);
  }
  const readers = [new Parent(root, parents[0] ?? '', 'http'), new Parent(root, parents[1] ?? '', 'file')];
  const told = (): number => readers.reduce((sum, { worked }) => sum + worked.length, 0);
  const isOver = { is: false };
  const reading = readers.map(async (reader) => {
    while (!isOver.is) await reader.read(1);
  });
  for (let kill = 0; kill < kills; kill++) {
    await delay(random.below(killWithinMs));
    life.child.kill('SIGKILL');
    await life.exited;
    life = root.launch();
    if (random.chance(0.5)) await root.ready(life);
  }
  life.child.kill('SIGKILL');
  await life.exited;
  life = await root.start();
  const ended = await root.allEnded();
  await waitFor('all ends are told', () => told() >= children, {
    timeoutMs: 60_000,
    seen: () => ({ told: told(), output: root.lastOutput() }),
  });
  isOver.is = true;
  await Promise.all(reading);
  // The last acknowledgement; what it does not cover would come again here.
  for (const reader of readers) await reader.read(0);

  const faults: string[] = [];
  for (const { agent_id, status } of ended) {
    const messages = readers.flatMap(({ name, worked }) =>
      worked.filter((one) => one.agent_id === agent_id).map((one) => ({ name, ...one })),
    );
    const [message] = messages;
    if (messages.length !== 1) faults.push(`${agent_id} was told ${messages.length} times`);
    else if (message?.name !== deployed.get(agent_id)) faults.push(`${agent_id} was told to ${message?.name}`);
    else if (message?.status !== status) faults.push(`${agent_id} is ${status} and was told as ${message?.status}`);
  }
  life.child.kill('SIGTERM');
  expect(await life.exited).toBe(0);
  faults.push(...(await remainsOf(root)));
  expect(ended).toHaveLength(children);
  expect(faults, `${repeatWith('wakes')}\n${faults.length === 0 ? '' : root.lastOutput(20_000)}`).toEqual([]);
  figures('wakes', {
    children,
    kills: kills + 1,
    questions: readers.reduce((sum, { asked }) => sum + asked, 0),
    'lost, doubled or wrong': faults.length,
  });
});
