/** Every action that a request can name, with the shape of its request and of its answer: the same through every door. */
import type { z } from 'zod';
import {
  approvalListSchema,
  decideApprovalSchema,
  listApprovalsSchema,
  requestApprovalSchema,
  shownApprovalSchema,
} from './approvals.ts';
import { complianceAnswerSchema, complianceRequestSchema } from './compliance.ts';
import { planAnswerSchema, planRequestSchema } from './plan.ts';
import { intakeRequestSchema, queueAnswerSchema, queueRequestSchema, reprioritizeRequestSchema } from './queue.ts';
import {
  agentListSchema,
  listRequestSchema,
  reportAnswerSchema,
  reportRequestSchema,
  statusRequestSchema,
  treeAnswerSchema,
  treeRequestSchema,
} from './queries.ts';
import { agentRecordSchema } from './record.ts';
import { batchAnswerSchema, batchRequestSchema, deployRequestSchema } from './request.ts';
import {
  branchAnswerSchema,
  messageAnswerSchema,
  messageRequestSchema,
  pauseRequestSchema,
  restartRequestSchema,
  resumeRequestSchema,
  stopAnswerSchema,
  stopRequestSchema,
  submitReportRequestSchema,
} from './verbs.ts';
import { inboxAnswerSchema, inboxRequestSchema, waitAnswerSchema, waitRequestSchema } from './waiting.ts';

export const actions = {
  deploy: { request: deployRequestSchema, answer: agentRecordSchema },
  deploy_batch: { request: batchRequestSchema, answer: batchAnswerSchema },
  stop: { request: stopRequestSchema, answer: stopAnswerSchema },
  pause: { request: pauseRequestSchema, answer: branchAnswerSchema },
  resume: { request: resumeRequestSchema, answer: branchAnswerSchema },
  restart: { request: restartRequestSchema, answer: branchAnswerSchema },
  message: { request: messageRequestSchema, answer: messageAnswerSchema },
  status: { request: statusRequestSchema, answer: agentRecordSchema },
  list: { request: listRequestSchema, answer: agentListSchema },
  tree: { request: treeRequestSchema, answer: treeAnswerSchema },
  report: { request: reportRequestSchema, answer: reportAnswerSchema },
  submit_report: { request: submitReportRequestSchema, answer: reportAnswerSchema },
  wait: { request: waitRequestSchema, answer: waitAnswerSchema },
  inbox: { request: inboxRequestSchema, answer: inboxAnswerSchema },
  plan: { request: planRequestSchema, answer: planAnswerSchema },
  queue: { request: queueRequestSchema, answer: queueAnswerSchema },
  intake: { request: intakeRequestSchema, answer: queueAnswerSchema },
  reprioritize: { request: reprioritizeRequestSchema, answer: agentRecordSchema },
  request_approval: { request: requestApprovalSchema, answer: shownApprovalSchema },
  list_approvals: { request: listApprovalsSchema, answer: approvalListSchema },
  decide_approval: { request: decideApprovalSchema, answer: shownApprovalSchema },
  compliance: { request: complianceRequestSchema, answer: complianceAnswerSchema },
} as const;

export type Action = keyof typeof actions;
export const actionNames = Object.keys(actions) as Action[];
/** Their callers only wait for others. When a caller's token ends meanwhile it is told so, and nothing else. */
export const waitingActions: readonly Action[] = ['wait', 'inbox', 'request_approval'];
export type RequestOf<A extends Action> = z.infer<(typeof actions)[A]['request']>;
export type AnswerOf<A extends Action> = z.infer<(typeof actions)[A]['answer']>;
export type ZiggieRequest = { [A in Action]: RequestOf<A> }[Action];

/** The answer's schema by its own action's type: what an index by a type parameter cannot say. */
export const answerSchemaOf = <A extends Action>(action: A): z.ZodType<AnswerOf<A>> =>
  actions[action].answer as unknown as z.ZodType<AnswerOf<A>>;
