/**
 * A root folder that coordinators come and go on, seen from outside only: its files, its HTTP door, its exit codes, its
 * lines and /proc. Every process of it is found by a mark in its environment, gates that wait for an order too.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { Cgroups } from '../../../main/coordinator/process/posix/cgroups.ts';
import { type Discovery, discoverySchema } from '../../../protocol/discovery.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { environmentOf, isOver, livingPids } from '../../rig/proc.ts';

const entry = resolve(import.meta.dirname, '../../../dist/main/headless.js');
const markName = 'SOAK_MARK';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface LaunchOptions {
  /** A command that runs the coordinator as its last arguments, in its own place (`exec`). */
  readonly through?: readonly string[];
  readonly nodeArguments?: readonly string[];
}

export interface Launched {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** What a predecessor had announced by then, which may have been killed right after it did so. */
  readonly before: Discovery | null;
}

export class SoakRoot {
  readonly root: string;
  readonly #mark = randomUUID();
  readonly #launched: Launched[] = [];
  #output = '';
  #discovery: Discovery | null = null;

  constructor(config: Readonly<Record<string, unknown>>, parent: string = tmpdir()) {
    // The product knows its root by its real path, and so do its agents.
    this.root = realpathSync(mkdtempSync(join(parent, 'ziggie-soak-')));
    writeFileSync(this.path('config.json'), JSON.stringify(config));
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Starts a coordinator and waits for nothing. */
  launch({ through = [], nodeArguments = [] }: LaunchOptions = {}): Launched {
    const before = this.announced();
    const command = [...through, process.execPath, ...nodeArguments, entry, '--root', this.root, '--port', '0'];
    const child = spawn(command[0] ?? '', command.slice(1), {
      env: { ...process.env, [markName]: this.#mark },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hear = (text: Buffer): void => void (this.#output += text.toString());
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    const launched = { child, exited: once(child, 'exit').then(() => child.exitCode), before };
    this.#launched.push(launched);
    return launched;
  }

  /** Settles once this coordinator announces itself; rejects when it ends instead. */
  async ready({ child, before }: Launched, timeoutMs = 60_000): Promise<void> {
    this.#discovery = await waitFor(
      'a coordinator announces itself',
      () => {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`it ended with ${child.exitCode ?? child.signalCode}: ${this.lastOutput()}`);
        }
        const now = this.announced();
        return now !== null && now.started_at !== before?.started_at ? now : null;
      },
      { timeoutMs, seen: () => this.lastOutput() },
    );
  }

  async start(options: LaunchOptions = {}): Promise<Launched> {
    const launched = this.launch(options);
    await this.ready(launched);
    return launched;
  }

  /** What `coordinator.json` says, whoever wrote it. */
  announced(): Discovery | null {
    const text = readOrNull(this.path('coordinator.json'));
    return text === null ? null : discoverySchema.parse(JSON.parse(text));
  }

  /** Of the coordinator that announced itself last. */
  get pid(): number {
    return this.#discovery?.pid ?? 0;
  }

  get url(): string {
    return this.#discovery?.url ?? '';
  }

  /** Rejects when there is no whole answer, as when the coordinator is killed meanwhile. */
  async call(method: 'GET' | 'POST', path: string, body: unknown = null, timeoutMs = 60_000): Promise<Answer> {
    // A connection of its own, closed with the answer: connections that idle would be counted as leaks of the coordinator.
    const asking = request(`${this.url}${path}`, {
      method,
      agent: false,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answered = once(asking, 'response');
    asking.end(body === null ? undefined : JSON.stringify(body));
    const [response] = (await answered) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await json(response) };
  }

  deploy(request: object): Promise<Answer> {
    return this.call('POST', '/api/coordinator/deploy', request);
  }

  stop(agentId: string): Promise<Answer> {
    return this.call('POST', `/api/coordinator/agents/${agentId}/stop`, { reason: 'enough' });
  }

  async agents(): Promise<AgentRecord[]> {
    const { body } = await this.call('GET', '/api/coordinator/agents');
    return (body as { agents: AgentRecord[] }).agents;
  }

  /** Settles with all agents once none of them is waiting or at work. */
  async allEnded(timeoutMs = 120_000): Promise<AgentRecord[]> {
    const open = { agents: [] as string[] };
    return waitFor(
      'every agent ends',
      async () => {
        const agents = await this.agents();
        const living = agents.filter(({ status }) => ['queued', 'starting', 'running', 'stopping'].includes(status));
        open.agents = living.map(({ agent_id, status, status_reason }) => `${agent_id} ${status} ${status_reason}`);
        return living.length === 0 && agents;
      },
      { timeoutMs, seen: () => ({ open: open.agents, output: this.lastOutput() }) },
    );
  }

  /** As a client should: whole, then renamed. */
  drop(request: { readonly request_id: string }): void {
    const path = this.path('requests', request.request_id);
    writeFileSync(`${path}.tmp`, JSON.stringify(request));
    renameSync(`${path}.tmp`, `${path}.json`);
  }

  /** What all coordinators of this root have printed; the end of it says most. */
  lastOutput(characters = 4000): string {
    return this.#output.slice(-characters);
  }

  get output(): string {
    return this.#output;
  }

  /** Everything of this root that lives: coordinators, nurseries, gates, agents and what these started. */
  processes(): number[] {
    return livingPids().filter((pid) => environmentOf(pid).includes(`${markName}=${this.#mark}`));
  }

  /** Agents and what they started, without the gates that wait. */
  agentProcesses(): number[] {
    return livingPids().filter((pid) => environmentOf(pid).includes(`ZIGGIE_ROOT=${this.root}`));
  }

  /** Ends all that lives, coordinators first, and removes the folder. */
  async dispose(): Promise<void> {
    for (const { child } of this.#launched) child.kill('SIGKILL');
    await waitFor('everything of the root is gone', () => {
      const living = this.processes();
      for (const pid of living) endQuietly(pid);
      return living.length === 0;
    });
    Cgroups.open(this.root)?.close();
    rmSync(this.root, { recursive: true, force: true });
  }

  /** Names below the root, with their folder, that `matches`. */
  filesNamed(matches: RegExp): string[] {
    return readdirSync(this.root, { recursive: true, encoding: 'utf8' }).filter((name) => matches.test(name));
  }

  /** The operator's. */
  get token(): string {
    return readFileSync(this.path('token'), 'utf8').trim();
  }
}

function endQuietly(pid: number): void {
  try {
    if (!isOver(pid)) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
