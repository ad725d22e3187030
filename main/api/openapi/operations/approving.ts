/** Asking for approval, and deciding. */
import { approvalsQuerySchema } from '../../routes/agents.ts';
import type { Operation } from '../operation.ts';
import { base, idempotency, replay, answered } from './common.ts';

export const approving: Operation[] = [
  {
    method: 'get',
    path: `${base}/approvals`,
    id: 'listApprovals',
    tag: 'Watch',
    summary: 'What agents ask the operator to allow, and what branches were allowed',
    query: approvalsQuerySchema,
    answers: answered('ApprovalList', 'Of the agents that the caller may see, oldest first.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  },
  {
    method: 'post',
    path: `${base}/approvals`,
    id: 'requestApproval',
    tag: 'Wait',
    summary: 'Ask the operator to allow the use of a tool',
    description:
      'With an agent’s token only. Answers when it is decided, or after timeout seconds with status open: ask again with the same tool_use_id, which is the same approval.',
    body: 'RequestApproval',
    answers: answered('Approval', 'Open, or what was decided.'),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_APPROVAL',
      'DUPLICATE_REQUEST_MISMATCH',
      'WRONG_STATE',
      'LIMIT_REACHED',
      'STORAGE_UNAVAILABLE',
    ],
  },
  {
    method: 'post',
    path: `${base}/approvals/{id}`,
    id: 'decideApproval',
    tag: 'Operate',
    summary: 'Allow or deny what an agent asks for',
    operatorOnly: true,
    headers: idempotency,
    body: 'DecideApproval',
    answers: answered('Approval', 'As it is decided.', replay),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_APPROVAL', 'ALREADY_DECIDED', 'STORAGE_UNAVAILABLE'],
  },
];

/** Refusals of a route of these are JSON-RPC errors, whose `data.code` is the code of the failure. */
