/** Deploys the demo tree: an Overwatch that deploys three workers, each of which deploys one micro-agent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { AgentRecord } from '../protocol/record.ts';
import type { Result } from '../protocol/failures.ts';
import type { Host } from './compose.ts';
import { installedPaths } from './paths.ts';

export async function deployDemo({ coordinator }: Pick<Host, 'coordinator'>): Promise<Result<AgentRecord>> {
  const request = {
    request_id: `demo_${randomUUID()}`,
    agent_type: 'L1',
    name: 'Overwatch (demo)',
    config: { runtime: 'demo', prompt: readFileSync(join(installedPaths.promptsFolder, 'demo_overwatch.md'), 'utf8') },
  };
  const answer = await coordinator.deploy(request, { kind: 'operator' }, 'start');
  return answer.ok ? { ok: true, value: answer.value.record } : answer;
}
