/** The tools, in the order in which a model reads of them. */
import type { Tool } from './tool.ts';
import { agentStatus } from './tools/agent-status.ts';
import { deployAgent } from './tools/deploy-agent.ts';
import { deployAgents } from './tools/deploy-agents.ts';
import { listAgents } from './tools/list-agents.ts';
import { planWorkload } from './tools/plan-workload.ts';
import { readAgentLog } from './tools/read-agent-log.ts';
import { stopAgent } from './tools/stop-agent.ts';
import { submitReport } from './tools/submit-report.ts';
import { waitForAgents } from './tools/wait-for-agents.ts';

export const tools: readonly Tool[] = [
  deployAgent,
  deployAgents,
  planWorkload,
  waitForAgents,
  listAgents,
  agentStatus,
  readAgentLog,
  stopAgent,
  submitReport,
];
