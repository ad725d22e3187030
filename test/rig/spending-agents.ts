/** Agents that say what they cost, as Claude Code does, and do what their prompt says, a shell script. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Budget } from '../../protocol/budget.ts';
import type { ClientFailure } from '../../clients/typescript/client.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { TestCoordinator } from './coordinator.ts';

const program = `#!/bin/sh
if [ "$1" = --version ]; then echo '2.0.0 (Claude Code)'; exit 0; fi
echo "arguments: $*"
exec /bin/sh -s
`;

/** A line of the script that reports what it cost so far. */
export const costs = (usd: number): string =>
  `echo '{"type":"result","subtype":"success","is_error":false,"total_cost_usd":${usd},"result":"done"}'`;
/** A line that reports tokens. */
export const uses = (id: string, tokens: number): string =>
  `echo '{"type":"assistant","message":{"id":"${id}","usage":{"input_tokens":${tokens},"output_tokens":0}}}'`;

/** A coordinator whose agents spend; disposed of when the test is over. */
export async function startSpenders(
  config: Record<string, unknown> = {},
  limits: Record<string, number> = {},
): Promise<TestCoordinator> {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-spender-'));
  const command = join(folder, 'claude');
  writeFileSync(command, program, { mode: 0o755 });
  const coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'spender',
      runtimes: { spender: { kind: 'claude', command } },
      report: { required: false },
      limits: { starts_per_second: 1000, min_free_memory_mb: 0, ...limits },
      ...config,
    },
  });
  onTestFinished(async () => {
    await coordinator.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  return coordinator;
}

export interface Asked {
  readonly type?: string;
  readonly parent?: string;
  readonly budget?: Partial<Budget>;
  readonly maxCost?: number;
  readonly priority?: number;
  readonly restart?: { readonly policy: 'on_failure'; readonly backoff_seconds: number; readonly max_restarts: number };
}

let count = 0;

/** The record, or the failure it was refused with. */
export async function ask(
  coordinator: TestCoordinator,
  script: string,
  { type = 'L1', parent, budget, maxCost, priority, restart }: Asked = {},
): Promise<AgentRecord | ClientFailure> {
  count += 1;
  const answer = await coordinator.client.deploy({
    request_id: `spend-${process.pid}-${count}`,
    agent_type: type,
    ...(parent === undefined ? {} : { parent_agent: parent }),
    ...(budget === undefined ? {} : { budget }),
    ...(priority === undefined ? {} : { priority }),
    config: {
      prompt: `${script}\n`,
      ...(maxCost === undefined ? {} : { max_cost_usd: maxCost }),
      ...(restart === undefined ? {} : { restart }),
    },
  });
  return answer.ok ? answer.value.record : answer.failure;
}

export async function deployed(...args: Parameters<typeof ask>): Promise<AgentRecord> {
  const answer = await ask(...args);
  if ('code' in answer) throw new Error(`${answer.code}: ${answer.message}`);
  return answer;
}
