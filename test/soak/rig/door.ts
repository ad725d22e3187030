/** A coordinator whose HTTP door is to be attacked: it runs one agent, lets one wait, and measures its event loop. */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { Inspector, inspectArguments } from '../../rig/inspector.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { loopDelay, watchLoopDelay } from './loop-delay.ts';
import { environmentOf, livingPids } from '../../rig/proc.ts';
import { decodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import { SoakRoot } from './soak-root.ts';
import { tier } from './tier.ts';

/** The longest that one client may keep all others waiting. */
const mostDelayMs = 100;

export class Door {
  readonly root = new SoakRoot({
    default_runtime: 'sleep',
    runtimes: { sleep: { kind: 'command', command: '/bin/sleep', args: ['3600'] } },
    report: { required: false },
    limits: {
      max_running: 2,
      max_queued: 1,
      grace_seconds: 1,
      agent_requests_per_second: 1_000_000,
      agent_deploys_per_second: 1_000_000,
    },
  });
  #port = 0;

  #inspector: Inspector | null = null;

  async open(): Promise<void> {
    const life = this.root.launch({ nodeArguments: inspectArguments });
    this.#inspector = await Inspector.of(() => this.root.lastOutput());
    await this.root.ready(life); // Before that nobody waits for it.
    await watchLoopDelay(this.#inspector);
    this.#port = Number(new URL(this.root.url).port);
  }

  async dispose(): Promise<void> {
    await this.#inspector?.close();
    await this.root.dispose();
  }

  get port(): number {
    return this.#port;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get token(): string {
    return readFileSync(this.root.path('token'), 'utf8').trim();
  }

  /** An agent at work, and the token it was given. */
  async agent(requestId: string): Promise<{ readonly agentId: string; readonly token: string }> {
    const { body } = await this.root.deploy({ request_id: requestId, agent_type: 'L1', config: { prompt: 'x' } });
    const { agent_id: agentId } = z.object({ agent_id: z.string() }).parse(body);
    const token = await waitFor('its token', () =>
      livingPids()
        .map(environmentOf)
        .find((lines) => lines.includes(`ZIGGIE_AGENT_ID=${agentId}`))
        ?.find((line) => line.startsWith('ZIGGIE_TOKEN='))
        ?.slice('ZIGGIE_TOKEN='.length),
    );
    return { agentId, token };
  }

  /** request_ids that became agents. */
  accepted(): string[] {
    return readdirSync(this.root.path('journal'))
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(this.root.path('journal', name), 'utf8').split('\n'))
      .flatMap((line) => decodeLine(line) ?? [])
      .flatMap(({ event }) => (event.type === 'agent_accepted' ? event.facts.request_id : []));
  }

  /** What is wrong with the coordinator after an attack: it must answer, be the same process, and never have stood still. */
  async faults(pid: number): Promise<{ readonly faults: string[]; readonly delay: string }> {
    const health = await this.root.call('GET', '/health').catch(() => null);
    if (this.#inspector === null) throw new Error('it was not opened');
    const { max, ownMax } = await loopDelay(this.#inspector);
    const faults = health?.status === 200 && this.root.pid === pid ? [] : ['it does not answer any more'];
    // On a machine that is shared with other tests even its own delay (of the disk, of the memory) says little.
    if (tier === 'full' && ownMax > mostDelayMs) {
      faults.push(`its event loop stood still for ${max} ms, of which ${ownMax} ms were its own doing`);
    }
    if (this.root.output.includes(' failed: ')) faults.push(`it made a mistake: ${this.root.lastOutput()}`);
    return { faults, delay: `${Math.round(max)} ms at most, ${Math.round(ownMax)} ms by itself` };
  }
}
