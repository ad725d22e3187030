/** Agents that do nothing until they are stopped, started many at a time by HTTP. */
import { expect } from 'vitest';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { SoakRoot } from './soak-root.ts';

export const sleeperRuntime = { kind: 'command', command: '/bin/sleep', args: ['3600'] } as const;

export async function startAgents(root: SoakRoot, requests: readonly object[]): Promise<AgentRecord[]> {
  const answers = await Promise.all(requests.map((request) => root.deploy(request)));
  for (const answer of answers) expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answers.map(({ body }) => body as AgentRecord);
}

export const requestsNamed = (prefix: string, count: number, fields: object = {}) =>
  Array.from({ length: count }, (_, index) => ({
    request_id: `${prefix}-${index}`,
    agent_type: 'L1',
    config: { prompt: 'x', report_required: false },
    ...fields,
  }));
