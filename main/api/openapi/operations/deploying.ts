/** Deploying, and planning what to deploy. */
import type { FailureCode } from '../../../../protocol/failures.ts';
import type { Operation } from '../operation.ts';
import { base, idempotency, replay, answered } from './common.ts';

const deployFailures: FailureCode[] = [
  'INVALID_REQUEST',
  'UNKNOWN_ACTION',
  'DUPLICATE_REQUEST_MISMATCH',
  'UNKNOWN_RUNTIME',
  'RUNTIME_NOT_FOUND',
  'PROMPT_NOT_FOUND',
  'PATH_NOT_ALLOWED',
  'HIERARCHY_VIOLATION',
  'LOAD_BALANCE_VIOLATION',
  'LIMIT_REACHED',
  'BUDGET_EXCEEDED',
  'QUEUE_FULL',
  'DEPLOYMENT_TIMEOUT',
  'SPAWN_FAILED',
  'CANCELLED',
  'STORAGE_UNAVAILABLE',
];

export const deploying: Operation[] = [
  {
    method: 'post',
    path: `${base}/deploy`,
    id: 'deploy',
    tag: 'Deploy',
    summary: 'Deploy an agent',
    description:
      'Answered once the request is durable: from then on it is carried out, whatever happens. With an agent’s token the parent is that agent, or one below it.',
    headers: idempotency,
    body: 'Deploy',
    answers: [
      { status: 201, description: 'It has started.', schema: 'AgentRecord' },
      { status: 202, description: 'It waits; status_reason says for what.', schema: 'AgentRecord' },
      { status: 200, description: 'Seen before; nothing was started.', schema: 'AgentRecord', headers: replay },
    ],
    failures: deployFailures,
  },
  {
    method: 'post',
    path: `${base}/deploy/batch`,
    id: 'deployBatch',
    tag: 'Deploy',
    summary: 'Deploy several agents: all of them or none',
    headers: idempotency,
    body: 'DeployBatch',
    answers: answered('AgentBatch', 'In the order of the request.', replay),
    failures: [...deployFailures, 'NOT_SUPPORTED'],
  },
  {
    method: 'post',
    path: `${base}/plan`,
    id: 'plan',
    tag: 'Deploy',
    summary: 'Divide tasks among workers evenly',
    description: 'Starts nothing.',
    body: 'Plan',
    answers: answered('PlanAnswer', 'Who gets what.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'NOT_SUPPORTED'],
  },
];
