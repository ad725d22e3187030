/** A coordinator composed in the test's own process, on a root of its own, whose way of owning processes the test chooses. */
import { mkdtempSync, readFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient, type HttpClient } from '../../clients/typescript/http-client.ts';
import { type Host, type HostOptions, startHost } from '../../main/compose.ts';
import type { Coordinator } from '../../main/coordinator/facade.ts';
import { Cgroups } from '../../main/coordinator/process/posix/cgroups.ts';
import { installedPaths } from '../../main/paths.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { killAllOf, processesOf } from './coordinator.ts';
import { valueOf } from './result.ts';
import { waitFor } from './wait-for.ts';

type Own = NonNullable<HostOptions['own']>;

export class OwnHost {
  readonly root = mkdtempSync(join(tmpdir(), 'ziggie-own-'));
  readonly lines: string[] = [];
  readonly #own: Own;
  #host: Host | null = null;

  private constructor(own: Own) {
    this.#own = own;
  }

  /** Agents of the runtime `sh` are shell scripts: their prompt. */
  static async start(own: Own, config: Record<string, unknown> = {}): Promise<OwnHost> {
    const host = new OwnHost(own);
    const sh = { kind: 'command', command: '/bin/sh' };
    writeFileSync(
      join(host.root, 'config.json'),
      JSON.stringify({ default_runtime: 'sh', runtimes: { sh }, ...config }),
    );
    await host.start();
    return host;
  }

  async start(): Promise<void> {
    const log = (line: string): void => void this.lines.push(line);
    this.#host = valueOf(await startHost({ ...installedPaths, root: this.root, port: 0, log, own: this.#own }));
  }

  /** Agents go on. */
  async close(): Promise<void> {
    await this.#host?.close('the test');
    this.#host = null;
  }

  get coordinator(): Coordinator {
    if (this.#host === null) throw new Error('the host is not started');
    return this.#host.coordinator;
  }

  get url(): string {
    return this.#host?.url ?? '';
  }

  get token(): string {
    return this.#host?.token ?? '';
  }

  get client(): HttpClient {
    return createHttpClient({ url: this.#host?.url ?? '', token: this.#host?.token ?? '' });
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts);
  }

  /** Starts an agent; its record as soon as it runs. */
  async deploy(script: string): Promise<AgentRecord> {
    const answer = await this.client.deploy({ agent_type: 'L1', config: { prompt: script, report_required: false } });
    return valueOf(answer).record;
  }

  async get(agentId: string): Promise<AgentRecord> {
    return valueOf(await this.client.get(agentId));
  }

  async ended(agentId: string, timeoutMs = 20_000): Promise<AgentRecord> {
    return waitFor(
      `${agentId} ends`,
      async () => {
        const record = await this.get(agentId);
        return ['queued', 'starting', 'running', 'stopping'].includes(record.status) ? null : record;
      },
      { timeoutMs, seen: () => ({ log: this.log(agentId), lines: this.lines }) },
    );
  }

  log(agentId: string): string {
    const path = this.path('logs', `${agentId}.log`);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  async said(agentId: string, text: string): Promise<string> {
    return waitFor(`${agentId} says ${text}`, () => (this.log(agentId).includes(text) ? this.log(agentId) : null), {
      seen: () => this.log(agentId),
    });
  }

  /** Pids of everything that was started for agents of this root and still lives. */
  processes(): number[] {
    return processesOf(this.root);
  }

  async dispose(): Promise<void> {
    await this.close();
    await killAllOf(this.root);
    Cgroups.open(this.root)?.close();
    rmSync(this.root, { recursive: true, force: true });
  }
}
