/** The built desktop under the double, on a root of its own, with a client to its coordinator. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HttpClient, createHttpClient } from '../../../clients/typescript/http-client.ts';
import { type Discovery, discoverySchema } from '../../../protocol/discovery.ts';
import { agentRecordSchema } from '../../../protocol/record.ts';
import { waitFor } from '../wait-for.ts';
import { Desktop } from './desktop.ts';

/** A runtime `asker`, of which each agent asks for an approval of every line of its prompt. */
export const askers = {
  runtimes: {
    demo: { kind: 'demo' },
    asker: {
      kind: 'command',
      command: process.execPath,
      args: [join(import.meta.dirname, '..', 'asking-agent.mjs')],
    },
  },
  default_runtime: 'demo',
  report: { required: false },
};

const entry = join(import.meta.dirname, '..', '..', '..', 'dist', 'main', 'index.js');

/** A desktop whose coordinator serves. */
export interface Started {
  readonly desktop: Desktop;
  readonly client: HttpClient;
  readonly discovery: Discovery;
  /** The operator's. */
  readonly token: string;
}

/** The places of one test: a root for the coordinator, and a folder that stands for the user's own. */
export class Place {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'ziggie-desktop-')));
  readonly root = join(this.folder, 'root');
  /** Of every start from now on, beside the test's own. */
  readonly env: NodeJS.ProcessEnv = {};
  readonly #double: string;
  readonly #started: Desktop[] = [];

  constructor(double: string) {
    if (!existsSync(entry)) throw new Error(`${entry} does not exist: run "npm run build" first.`);
    this.#double = double;
  }

  /** Settings for the next start. */
  configure(config: Record<string, unknown>): void {
    mkdirSync(this.root, { recursive: true });
    writeFileSync(join(this.root, 'config.json'), JSON.stringify(config));
  }

  /** Lines of the shell's own log. */
  shellLog(): string {
    const roots = join(this.folder, 'home', 'appData', 'Ziggie', 'roots');
    const [profile = ''] = readdirSync(roots);
    return readFileSync(join(roots, profile, 'logs', 'shell.log'), 'utf8');
  }

  /** Runs the application here without waiting for anything. `home`: as another user of the desktop. */
  run(args: readonly string[] = [], home = 'home'): Desktop {
    const desktop = new Desktop({
      entry,
      args: ['--root', this.root, '--port', '0', ...args],
      home: join(this.folder, home),
      double: this.#double,
      env: this.env,
    });
    this.#started.push(desktop);
    return desktop;
  }

  /** Runs the application and waits until its coordinator serves and its tray icon is there. */
  async start(...args: readonly string[]): Promise<Started> {
    const desktop = this.run(args);
    await waitFor('the tray icon', () => desktop.order('tray').catch(() => null), {
      timeoutMs: 20_000,
      seen: () => desktop.output,
    });
    const discovery = discoverySchema.parse(JSON.parse(readFileSync(join(this.root, 'coordinator.json'), 'utf8')));
    const token = readFileSync(discovery.token_file, 'utf8').trim();
    return { desktop, client: createHttpClient({ url: discovery.url, token }), discovery, token };
  }

  /** All that the coordinator's journal holds. */
  journal(): string {
    const folder = join(this.root, 'journal');
    return readdirSync(folder)
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('');
  }

  /** Processes of agents of this root. */
  agentProcesses(): number[] {
    if (process.platform === 'linux') return processesWith(`ZIGGIE_ROOT=${this.root}\0`);
    return recordedPids(join(this.root, 'state')).filter(isAlive);
  }

  /** Ends everything of this place, by pid, and removes it. */
  async remove(): Promise<void> {
    await Promise.all(this.#started.map((desktop) => desktop.end()));
    for (const pid of this.agentProcesses()) process.kill(pid, 'SIGKILL');
    await waitFor('the end of all agents', () => this.agentProcesses().length === 0, {
      seen: () => this.agentProcesses(),
    });
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Deploys an agent that asks whether it may run each of the commands, and gives its id. */
export async function deployAsker(client: HttpClient, name: string, ...commands: readonly string[]): Promise<string> {
  const answer = await client.deploy({
    agent_type: 'L1',
    name,
    config: { runtime: 'asker', prompt: commands.join('\n') },
  });
  if (!answer.ok) throw new Error(`${name} was not deployed: ${answer.failure.message}`);
  return answer.value.record.agent_id;
}

/** Deploys a demo agent that carries out `steps` (`@work 60s`, …) and gives its id. */
export async function deployDemoAgent(client: HttpClient, name: string, ...steps: readonly string[]): Promise<string> {
  const answer = await client.deploy({
    agent_type: 'L1',
    name,
    config: { runtime: 'demo', prompt: steps.join('\n') },
  });
  if (!answer.ok) throw new Error(`${name} was not deployed: ${answer.failure.message}`);
  return answer.value.record.agent_id;
}

export async function statusOf(client: HttpClient, agentId: string): Promise<string> {
  const answer = await client.get(agentId);
  return answer.ok ? answer.value.status : answer.failure.message;
}

function processesWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(marker);
      } catch {
        return false; // It ended meanwhile, or is another user's.
      }
    })
    .map(Number);
}

const recordedPids = (folder: string): number[] =>
  readdirSync(folder).flatMap((file) => {
    const { pid } = agentRecordSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    return pid === null ? [] : [pid];
  });

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // No such process is what was asked.
  }
}
