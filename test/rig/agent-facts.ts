/** The facts of an agent for tests that need one and care about few of its fields. */
import type { LaunchSpec } from '../../main/coordinator/runtimes/runtime.ts';
import type { AgentFacts } from '../../protocol/agent.ts';

export function agentFacts(fields: Partial<AgentFacts> = {}): AgentFacts {
  return {
    agent_id: 'agent_20251109_143000_1',
    ordinal: 1,
    request_id: 'deploy_1',
    agent_type: 'L2.1',
    level: 2,
    name: null,
    parent_agent: 'overwatch_001',
    runtime: 'claude',
    runtime_kind: 'claude',
    model: 'sonnet',
    cwd: '/project',
    priority: 5,
    group: null,
    estimated_workload: null,
    timeout: 600,
    max_runtime: 0,
    max_turns: 0,
    max_cost_usd: 0,
    report_required: true,
    restart: null,
    prompt_file: '/root-folder/runs/agent_20251109_143000_1/prompt.md',
    prompt_sha256: '0'.repeat(64),
    log_file: '/root-folder/logs/agent_20251109_143000_1.log',
    completion_report: '/root-folder/reports/agent_20251109_143000_1_COMPLETION_REPORT.md',
    extra: {},
    accepted_at: '2025-11-09T14:30:00.000Z',
    door: 'http',
    ...fields,
  };
}

/** A launch of such an agent. */
export function launchSpec(
  fields: Partial<Omit<LaunchSpec, 'facts'>> & { facts?: Partial<AgentFacts> } = {},
): LaunchSpec {
  const facts = agentFacts(fields.facts);
  return {
    attempt: 1,
    promptFile: facts.prompt_file,
    runFolder: `/root-folder/runs/${facts.agent_id}`,
    root: '/root-folder',
    reportFile: facts.completion_report,
    reportSections: ['Summary', 'Work completed', 'Results', 'Issues', 'Time'],
    url: 'http://127.0.0.1:54113',
    ...fields,
    facts,
  };
}
