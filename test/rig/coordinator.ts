/** The built coordinator as a process of its own on a root of its own, with real agents, real files and real sockets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHttpClient, type HttpClient } from '../../clients/typescript/http-client.ts';
import { type Discovery, discoverySchema } from '../../protocol/discovery.ts';
import type { ErrorAnswer } from '../../protocol/failures.ts';
import type { Sequenced } from '../../protocol/events.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { Cgroups } from '../../main/coordinator/process/posix/cgroups.ts';
import { decodeLine } from '../../main/coordinator/ledger/journal-line.ts';
import { waitFor } from './wait-for.ts';

const entry = resolve(import.meta.dirname, '../../dist/main/headless.js');

export interface CoordinatorOptions {
  /** config.json */
  readonly config?: Record<string, unknown>;
  readonly env?: Readonly<Record<string, string>>;
  /** A folder that is there already, a disk of its own, say; left out: a new one. */
  readonly root?: string;
  /** What starts it, before the path of node: a shell with other limits, say. */
  readonly wrapper?: readonly string[];
  /** 0 (as left out) takes any, null the one of config.json. */
  readonly port?: number | null;
}

/** What an answer file may hold: a record, or a coded error. */
export type Answer = Partial<AgentRecord> & Partial<Omit<ErrorAnswer, 'status' | 'request_id'>> & { status?: string };

export class TestCoordinator {
  readonly root: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #wrapper: readonly string[];
  #process: ChildProcess | null = null;
  #output = '';
  #discovery: Discovery | null = null;

  private constructor(root: string, env: Readonly<Record<string, string>>, wrapper: readonly string[] = []) {
    this.root = root;
    this.#env = env;
    this.#wrapper = wrapper;
  }

  static async start({
    config,
    env = {},
    wrapper = [],
    port = 0,
    ...given
  }: CoordinatorOptions = {}): Promise<TestCoordinator> {
    const root = given.root ?? mkdtempSync(join(tmpdir(), 'ziggie-test-'));
    if (config !== undefined) writeFileSync(join(root, 'config.json'), JSON.stringify(config));
    const coordinator = new TestCoordinator(root, env, wrapper);
    await coordinator.start(port);
    return coordinator;
  }

  /** One that shares another's root, not started. */
  static on(root: string): TestCoordinator {
    return new TestCoordinator(root, {});
  }

  /** Starts (again) on the same root and waits until it announces itself. `port` 0 takes any, null the one of config.json. */
  async start(port: number | null = 0): Promise<void> {
    const [program, ...args] = [
      ...this.#wrapper,
      process.execPath,
      entry,
      '--root',
      this.root,
      ...(port === null ? [] : ['--port', String(port)]),
    ];
    const child = spawn(program ?? process.execPath, args, {
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    child.stdout.on('data', (text: Buffer) => (this.#output += text.toString()));
    child.stderr.on('data', (text: Buffer) => (this.#output += text.toString()));
    this.#discovery = await waitFor(
      'the coordinator announces itself',
      () => {
        if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${this.#output}`);
        const found = this.#readDiscovery();
        return found?.pid === child.pid ? found : null;
      },
      { timeoutMs: 20_000, seen: () => this.#output },
    );
  }

  get url(): string {
    return this.#discovery?.url ?? '';
  }

  get port(): number {
    return this.#discovery?.port ?? 0;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Everything it printed. */
  get output(): string {
    return this.#output;
  }

  get token(): string {
    return readFileSync(join(this.root, 'token'), 'utf8').trim();
  }

  get client(): HttpClient {
    return createHttpClient({ url: this.url, token: this.token });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Puts a request into the folder as a client should: whole, then renamed. */
  drop(name: string, body: unknown): void {
    const temporary = this.path('requests', `${name}.tmp`);
    writeFileSync(temporary, Buffer.isBuffer(body) || typeof body === 'string' ? body : JSON.stringify(body));
    renameSync(temporary, this.path('requests', `${name}.json`));
  }

  /** The answer file of a request, success or error, once it is there. */
  async answer(requestId: string, timeoutMs = 15_000): Promise<Answer> {
    const paths = ['response', 'error'].map((kind) => this.path('responses', `${requestId}_${kind}.json`));
    const path = await waitFor(`an answer to ${requestId}`, () => paths.find((one) => existsSync(one)), {
      timeoutMs,
      seen: () => ({ responses: readdirSync(this.path('responses')), output: this.#output }),
    });
    return JSON.parse(readFileSync(path, 'utf8')) as Answer;
  }

  async dropAndAnswer(body: Record<string, unknown> & { request_id: string }, timeoutMs?: number): Promise<Answer> {
    this.drop(body.request_id, body);
    return this.answer(body.request_id, timeoutMs);
  }

  /** The record once its agent has ended. */
  async ended(agentId: string, timeoutMs = 30_000): Promise<AgentRecord> {
    const last: { record: AgentRecord | null } = { record: null };
    return waitFor(
      `${agentId} ends`,
      async () => {
        const record = await this.client.get(agentId);
        if (!record.ok) return null;
        last.record = record.value;
        return ['queued', 'starting', 'running', 'paused', 'stopping', 'backoff'].includes(record.value.status)
          ? null
          : record.value;
      },
      { timeoutMs, seen: () => ({ record: last.record, log: this.log(agentId), output: this.#output }) },
    );
  }

  log(agentId: string): string {
    const path = this.path('logs', `${agentId}.log`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  state(agentId: string): AgentRecord {
    return JSON.parse(readFileSync(this.path('state', `${agentId}.json`), 'utf8')) as AgentRecord;
  }

  /** Names of the journal's segments, oldest first. */
  journalFiles(): string[] {
    return readdirSync(this.path('journal'))
      .filter((name) => name.endsWith('.jsonl'))
      .sort();
  }

  journal(): Sequenced[] {
    return this.journalFiles()
      .flatMap((name) => readFileSync(this.path('journal', name), 'utf8').split('\n'))
      .flatMap((line) => decodeLine(line) ?? []);
  }

  /** Pids of everything that was started from this root and still lives. */
  processes(): number[] {
    return processesOf(this.root);
  }

  /** The token that an agent was given, from the environment of its process. */
  async agentToken(agentId: string): Promise<string> {
    const marker = `ZIGGIE_AGENT_ID=${agentId}`;
    const pid = await waitFor(`a process of ${agentId}`, () =>
      this.processes().find((one) => environmentOf(one).includes(marker)),
    );
    const entry = environmentOf(pid).find((one) => one.startsWith('ZIGGIE_TOKEN='));
    return entry?.slice('ZIGGIE_TOKEN='.length) ?? '';
  }

  /** SIGKILL, as a crash. */
  async crash(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** Ends it and whatever it started, and removes its root. Returns what was still alive. */
  async dispose(): Promise<number[]> {
    await this.#end('SIGTERM');
    const left = this.processes();
    await killAllOf(this.root);
    Cgroups.open(this.root)?.close();
    rmSync(this.root, { recursive: true, force: true });
    return left;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    this.#process = null;
    return child.exitCode;
  }

  #readDiscovery(): Discovery | null {
    const path = this.path('coordinator.json');
    if (!existsSync(path)) return null;
    return discoverySchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  }
}

/** Pids of everything that was started for agents of this root and still lives. */
export const processesOf = (root: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(`ZIGGIE_ROOT=${root}`) && !isZombie(pid));

/**
 * Kills until nothing is left of what was started for agents of this root. One look is not enough: a process that is
 * replacing its program shows no environment for that moment, and one that was just seen may start another.
 */
export async function killAllOf(root: string): Promise<void> {
  let emptyLooks = 0;
  await waitFor(
    'everything it started is gone',
    () => {
      const left = processesOf(root);
      for (const pid of left) kill(pid);
      emptyLooks = left.length === 0 ? emptyLooks + 1 : 0;
      return emptyLooks === 2;
    },
    { seen: () => processesOf(root) },
  );
}

/** True while a process has the pid and has not ended. */
export const isAlive = (pid: number): boolean => !isZombie(pid);

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
  } catch {
    return []; // It ended while we looked, or is somebody else's.
  }
}

function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true; // Gone.
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}
