/**
 * The demo agent: a program that stands in for an AI agent where there is no key and no network. It reads its prompt from
 * standard input and does what its `@` lines say (script.ts), with the same doors and duties as a real agent.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ZiggieClient } from '../../clients/typescript/client.ts';
import { createFileClient } from '../../clients/typescript/file-client.ts';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { discoverySchema } from '../../protocol/discovery.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { writeReport } from './report.ts';
import { childType, type DeployStep, parseScript, type Step } from './script.ts';

const progressEveryMs = 1000;
const lookEveryMs = 200;
const endedStatuses: readonly string[] = [
  'completed',
  'failed',
  'stopped',
  'timed_out',
  'lost',
  'refused',
  'expired',
  'cancelled',
];

/** Who this agent is, from its environment; a demo agent started by hand says so and ends. */
function readEnvironment() {
  const {
    ZIGGIE_ROOT,
    ZIGGIE_URL,
    ZIGGIE_TOKEN,
    ZIGGIE_AGENT_ID,
    ZIGGIE_AGENT_TYPE,
    ZIGGIE_REPORT_FILE,
    ZIGGIE_REPORT_SECTIONS,
  } = process.env;
  if (!ZIGGIE_ROOT || !ZIGGIE_URL || !ZIGGIE_TOKEN || !ZIGGIE_AGENT_ID || !ZIGGIE_AGENT_TYPE || !ZIGGIE_REPORT_FILE)
    return null;
  return {
    root: ZIGGIE_ROOT,
    url: ZIGGIE_URL,
    token: ZIGGIE_TOKEN,
    agentId: ZIGGIE_AGENT_ID,
    agentType: ZIGGIE_AGENT_TYPE,
    reportFile: ZIGGIE_REPORT_FILE,
    sections: (ZIGGIE_REPORT_SECTIONS ?? '').split('|').filter((section) => section !== ''),
  };
}

type Environment = NonNullable<ReturnType<typeof readEnvironment>>;

class DemoAgent {
  readonly #environment: Environment;
  readonly #file: ZiggieClient;
  readonly #began = performance.now();
  readonly #problems: string[] = [];
  #children: AgentRecord[] = [];

  constructor(environment: Environment) {
    const { root, token, agentId } = environment;
    this.#environment = environment;
    this.#file = createFileClient({ root, parentAgent: agentId, token });
  }

  /** A coordinator that was restarted may have another port; its discovery file tells. */
  #http(): ZiggieClient {
    const { root, url, token } = this.#environment;
    return createHttpClient({ url: announcedUrl(root) ?? url, token });
  }

  /** Carries out the steps; the exit code. */
  async run(steps: readonly (Step | string)[]): Promise<number> {
    for (const step of steps) {
      if (typeof step === 'string') this.#problem(step);
      else if (step.verb === 'exit') return step.code;
      else await this.#do(step);
    }
    return this.#problems.length === 0 ? 0 : 1;
  }

  async #do(step: Exclude<Step, { verb: 'exit' }>): Promise<void> {
    switch (step.verb) {
      case 'say':
        return say(step.text);
      case 'work':
        return work(step.milliseconds);
      case 'deploy':
        return this.#deploy(step);
      case 'wait':
        return this.#wait();
      case 'until':
        return until(join(this.#environment.root, step.file));
      case 'report':
        return this.#report(step.text);
      case 'spawn':
        spawn(process.execPath, ['-e', `setTimeout(() => {}, ${step.seconds * 1000})`], {
          detached: true,
          stdio: 'ignore',
        }).unref();
        return;
      case 'ignore-signals':
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
          process.on(signal, () => say(`ignoring ${signal}`));
    }
  }

  async #deploy({ place, promptFile, options }: DeployStep): Promise<void> {
    const { agentId, agentType } = this.#environment;
    const door = options['door'] === 'http' ? 'http' : 'file';
    const [groupId, groupSize] = (options['group'] ?? '').split('/');
    const answer = await (door === 'http' ? this.#http() : this.#file).deploy({
      agent_type: childType(agentType, place),
      parent_agent: agentId,
      name: options['name'] ?? null,
      estimated_workload: options['share'] === undefined ? null : Number(options['share']),
      group: groupId ? { id: groupId, size: groupSize === undefined ? null : Number(groupSize) } : null,
      config: { prompt_file: promptFile, runtime: options['runtime'] ?? 'demo' },
    });
    if (!answer.ok)
      return this.#problem(
        `deploying ${childType(agentType, place)} by ${door}: ${answer.failure.code}: ${answer.failure.message}`,
      );
    this.#children.push(answer.value.record);
    say(`deployed ${answer.value.record.agent_type} as ${answer.value.record.agent_id} by ${door}`);
  }

  async #wait(): Promise<void> {
    this.#children = await Promise.all(this.#children.map((child) => this.#ended(child)));
    for (const child of this.#children) {
      say(`${child.agent_type} ${child.agent_id} is ${child.status} after ${child.execution_time_seconds ?? 0} s`);
      if (child.status !== 'completed')
        this.#problem(`${child.agent_type} ${child.agent_id} is ${child.status}: ${child.status_reason}`);
    }
  }

  async #ended(child: AgentRecord): Promise<AgentRecord> {
    for (;;) {
      const now = await this.#http().get(child.agent_id);
      if (now.ok && endedStatuses.includes(now.value.status)) return now.value;
      // A coordinator that is being restarted does not answer for a moment; it comes back at its address in time.
      await delay(lookEveryMs);
    }
  }

  async #report(text: string): Promise<void> {
    const { agentId, agentType, reportFile, sections } = this.#environment;
    const seconds = (performance.now() - this.#began) / 1000;
    const report = writeReport({
      agentId,
      agentType,
      sections,
      text,
      children: this.#children,
      seconds,
      problems: this.#problems,
    });
    await writeFile(reportFile, report);
    say(`report written: ${reportFile}`);
  }

  #problem(text: string): void {
    this.#problems.push(text);
    say(`problem: ${text}`);
  }
}

function announcedUrl(root: string): string | null {
  try {
    return discoverySchema.parse(JSON.parse(readFileSync(join(root, 'coordinator.json'), 'utf8'))).url;
  } catch {
    return null; // Between two coordinators there is none; the address from the start is as good as any.
  }
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

async function until(file: string): Promise<void> {
  say(`waiting for ${file}`);
  while (!existsSync(file)) await delay(lookEveryMs);
}

async function work(milliseconds: number): Promise<void> {
  for (let left = milliseconds; left > 0; left -= progressEveryMs) {
    say(`working, ${Math.ceil(left / 1000)} s left`);
    await delay(Math.min(left, progressEveryMs));
  }
}

const environment = readEnvironment();
if (environment === null) {
  process.stderr.write(
    'The demo agent is started by Ziggie Coordinator: ziggie deploy --runtime demo --type L1 --prompt "@say hello"\n',
  );
  process.exitCode = 64;
} else {
  process.exitCode = await new DemoAgent(environment).run(parseScript(readFileSync(0, 'utf8')));
}
