/** Programs under Wine, and the coordinator there as a process that is driven and looked at from Linux. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient, type HttpClient } from '../../clients/typescript/http-client.ts';
import { decodeLine } from '../../main/coordinator/ledger/journal-line.ts';
import { type Discovery, discoverySchema } from '../../protocol/discovery.ts';
import type { Sequenced } from '../../protocol/events.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { waitFor } from '../rig/wait-for.ts';

/** Set by scripts/test-windows.mjs; empty when the tests are run without it. */
export const application = process.env['ZIGGIE_WINDOWS_APP'] ?? '';
export const isReady = application !== '';
const nodeExe = process.env['ZIGGIE_WINDOWS_NODE'] ?? '';

/** Wine is several times slower than Windows, and everything of it starts anew after each pause. */
export const patience = { timeoutMs: 40_000 };
const livingStatuses: readonly string[] = ['queued', 'starting', 'running', 'stopping'];

/** The Windows name of a Linux path. */
export const windowsPath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

export interface WineProgram {
  readonly process: ChildProcess;
  /** What it printed so far, standard error too. */
  output(): string;
}

/** Runs node.exe. Its process is the Windows process: SIGKILL ends it at once, SIGINT is Ctrl+C. */
export function startNode(args: readonly string[], folder: string): WineProgram {
  const log = join(mkdtempSync(join(folder, 'out-')), 'output.txt');
  const fd = openSync(log, 'a'); // node.exe cannot use a pipe of Linux.
  const child = spawn('wine', [windowsPath(nodeExe), ...args], { cwd: application, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  return { process: child, output: () => readFileSync(log, 'utf8') };
}

export class WineCoordinator {
  readonly root = mkdtempSync(join(tmpdir(), 'ziggie-wine-'));
  readonly #scratch = mkdtempSync(join(tmpdir(), 'ziggie-wine-out-'));
  #program: WineProgram | null = null;
  #discovery: Discovery | null = null;
  #output = '';

  /** `script` is what every agent runs. */
  constructor(script: string) {
    writeFileSync(this.path('agent.js'), script);
    const runtime = { kind: 'command', command: windowsPath(nodeExe), args: [windowsPath(this.path('agent.js'))] };
    const config = { default_runtime: 'script', runtimes: { script: { ...runtime, prompt: 'stdin' } } };
    writeFileSync(this.path('config.json'), JSON.stringify(config));
  }

  async start({ nodeArgs = [] }: { readonly nodeArgs?: readonly string[] } = {}): Promise<void> {
    const entry = windowsPath(join(application, 'dist', 'main', 'headless.js'));
    const program = startNode([...nodeArgs, entry, '--root', windowsPath(this.root), '--port', '0'], this.#scratch);
    const before = this.#discovery?.started_at;
    this.#program = program;
    this.#discovery = await waitFor(
      'the coordinator announces itself',
      () => {
        if (program.process.exitCode !== null) throw new Error(`it ended: ${program.output()}`);
        const found = this.#announced();
        return found !== null && found.started_at !== before ? found : null;
      },
      { ...patience, seen: () => program.output() },
    );
  }

  get client(): HttpClient {
    return createHttpClient({
      url: this.url,
      token: readFileSync(this.path('token'), 'utf8').trim(),
    });
  }

  get url(): string {
    return this.#discovery?.url ?? '';
  }

  get output(): string {
    return this.#output + (this.#program?.output() ?? '');
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Drops a request into the folder; the id of its agent, once that runs. */
  async deploy(id: string, prompt: string): Promise<AgentRecord> {
    const request = { request_id: id, agent_type: 'L1', config: { prompt, report_required: false } };
    writeFileSync(this.path('requests', `${id}.json`), JSON.stringify(request));
    const answer = await waitFor(
      `an answer to ${id}`,
      () => {
        const path = this.path('responses', `${id}_response.json`);
        return existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as AgentRecord);
      },
      { ...patience, seen: () => [readdirSync(this.path('responses')), this.output] },
    );
    return this.#recordWhen(answer.agent_id, 'runs', ({ status }) => status === 'running');
  }

  record(agentId: string): Promise<AgentRecord> {
    return this.#recordWhen(agentId, 'is known', () => true);
  }

  ended(agentId: string): Promise<AgentRecord> {
    return this.#recordWhen(agentId, 'ends', ({ status }) => !livingStatuses.includes(status));
  }

  state(agentId: string): AgentRecord {
    return JSON.parse(readFileSync(this.path('state', `${agentId}.json`), 'utf8')) as AgentRecord;
  }

  journal(): Sequenced[] {
    return readdirSync(this.path('journal'))
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .flatMap((name) => readFileSync(this.path('journal', name), 'utf8').split('\n'))
      .flatMap((line) => decodeLine(line) ?? []);
  }

  /** SIGKILL, as a crash. */
  crash(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** Ctrl+C. */
  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  async dispose(): Promise<void> {
    await this.#end('SIGKILL');
    for (const folder of [this.root, this.#scratch]) rmSync(folder, { recursive: true, force: true });
  }

  async #recordWhen(agentId: string, what: string, is: (record: AgentRecord) => boolean): Promise<AgentRecord> {
    const last: { answer: unknown } = { answer: null };
    return waitFor(
      `${agentId} ${what}`,
      async () => {
        const answer = await this.client.get(agentId);
        last.answer = answer;
        return answer.ok && is(answer.value) ? answer.value : null;
      },
      { ...patience, seen: () => [last.answer, this.output] },
    );
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const program = this.#program;
    if (program === null) return;
    if (program.process.exitCode === null && program.process.signalCode === null) {
      const exited = once(program.process, 'exit');
      program.process.kill(signal);
      await exited;
    }
    this.#output += program.output();
    this.#program = null;
  }

  #announced(): Discovery | null {
    const path = this.path('coordinator.json');
    if (!existsSync(path)) return null;
    const parsed = discoverySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : null;
  }
}
