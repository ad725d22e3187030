/** Agents that are shell scripts, for cases that need an exact exit, a flood or a crash: the prompt is the script. */
import { writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import type { DeployRequestInput } from '../../../protocol/request.ts';
import { TestCoordinator } from '../../rig/coordinator.ts';

export const shellConfig = (limits: Record<string, unknown> = {}): Record<string, unknown> => ({
  default_runtime: 'sh',
  runtimes: { sh: { kind: 'command', command: '/bin/sh', args: ['-s'] } },
  report: { required: false },
  limits: { grace_seconds: 1, ...limits },
});

/** A coordinator whose agents are shell scripts; disposed of when the test is over. */
export async function startShells(limits?: Record<string, unknown>): Promise<TestCoordinator> {
  const coordinator = await TestCoordinator.start({ config: shellConfig(limits) });
  onTestFinished(async () => void (await coordinator.dispose()));
  return coordinator;
}

/** Waits in a script until `letGo` is called with the same name. Agents work in the root. */
export const untilFile = (name: string): string => `while [ ! -e ${name} ]; do sleep 0.02; done`;
export const letGo = (coordinator: TestCoordinator, name: string): void => writeFileSync(coordinator.path(name), '');

export async function deployScript(
  coordinator: TestCoordinator,
  id: string,
  script: string,
  config: Partial<DeployRequestInput['config']> = {},
): Promise<{ agentId: string; pid: number }> {
  const request = { request_id: id, agent_type: 'L1', config: { prompt: `${script}\n`, ...config } };
  const answer = await coordinator.client.deploy(request);
  if (!answer.ok) throw new Error(`${id} was refused: ${JSON.stringify(answer.failure)}`);
  const { agent_id: agentId, pid } = answer.value.record;
  return { agentId, pid: pid ?? 0 };
}
