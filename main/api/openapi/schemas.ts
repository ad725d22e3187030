/** The shapes of the document, made from the schemas that the product itself parses with. */
import { z } from 'zod';
import { type Action, actions } from '../../../protocol/actions.ts';
import {
  healthSchema,
  reconcileAnswerSchema,
  sessionAnswerSchema,
  sessionRequestSchema,
  ticketAnswerSchema,
} from '../../../protocol/api.ts';
import { eventPageSchema } from '../../../protocol/event-page.ts';
import { agentSchema, endingSchema, factsSchema } from '../../../protocol/agent.ts';
import { eventSchema, fleetSnapshotSchema } from '../../../protocol/events.ts';
import { failureCodes, failureSchema } from '../../../protocol/failures.ts';
import { metricsSchema, samplesAnswerSchema, usageHistorySchema } from '../../../protocol/measures.ts';
import { treeNodeSchema } from '../../../protocol/queries.ts';
import { socketMessageSchema } from '../../../protocol/socket-messages.ts';
import { searchAnswerSchema } from '../../../protocol/search.ts';
import { settingsPatchSchema, settingsSchema } from '../../../protocol/settings.ts';

const problemSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  /** What was given, what was expected, what to do. */
  detail: z.string(),
  code: z.enum(failureCodes),
  request_id: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What a client may send: the request without what the address and the header say already. */
function bodyOf(action: Action, inAddress: readonly string[] = []): z.ZodType {
  const { shape } = actions[action].request as z.ZodObject;
  const told = ['action', 'token', ...inAddress];
  const fields = Object.entries(shape).filter(([name]) => !told.includes(name));
  return z.looseObject(
    Object.fromEntries(
      fields.map(([name, field]) => [name, name === 'request_id' ? (field as z.ZodType).optional() : field]),
    ),
  );
}

const requests = {
  Deploy: bodyOf('deploy'),
  DeployBatch: bodyOf('deploy_batch'),
  Stop: bodyOf('stop', ['agent_id']),
  Pause: bodyOf('pause', ['agent_id']),
  Resume: bodyOf('resume', ['agent_id']),
  Restart: bodyOf('restart', ['agent_id']),
  Reprioritize: bodyOf('reprioritize', ['agent_id']),
  Message: bodyOf('message', ['agent_id']),
  SubmitReport: bodyOf('submit_report', ['agent_id']),
  SubmitOwnReport: bodyOf('submit_report'),
  Wait: bodyOf('wait'),
  Inbox: bodyOf('inbox'),
  Plan: bodyOf('plan'),
  Intake: bodyOf('intake'),
  RequestApproval: bodyOf('request_approval'),
  DecideApproval: bodyOf('decide_approval', ['approval_id']),
  Session: sessionRequestSchema,
  SettingsPatch: settingsPatchSchema,
};

const answers = {
  AgentRecord: actions.deploy.answer,
  AgentBatch: actions.deploy_batch.answer,
  AgentList: actions.list.answer,
  TreeNode: treeNodeSchema,
  AgentTree: actions.tree.answer,
  Report: actions.report.answer,
  StopAnswer: actions.stop.answer,
  BranchAnswer: actions.pause.answer,
  MessageAnswer: actions.message.answer,
  WaitAnswer: actions.wait.answer,
  InboxAnswer: actions.inbox.answer,
  PlanAnswer: actions.plan.answer,
  Queue: actions.queue.answer,
  Approval: actions.decide_approval.answer,
  ApprovalList: actions.list_approvals.answer,
  Compliance: actions.compliance.answer,
  EventPage: eventPageSchema,
  Samples: samplesAnswerSchema,
  UsageHistory: usageHistorySchema,
  Metrics: metricsSchema,
  SearchAnswer: searchAnswerSchema,
  Settings: settingsSchema,
  Reconciled: reconcileAnswerSchema,
  Health: healthSchema,
  SessionToken: sessionAnswerSchema,
  Ticket: ticketAnswerSchema,
  SocketMessage: socketMessageSchema,
  Problem: problemSchema,
  JsonRpc: z.looseObject({ jsonrpc: z.literal('2.0') }),
  Event: eventSchema,
  FleetSnapshot: fleetSnapshotSchema,
  Agent: agentSchema,
  AgentFacts: factsSchema,
  Ending: endingSchema,
  Failure: failureSchema,
};

export type SchemaName = keyof typeof requests | keyof typeof answers;
export type JsonSchema = Record<string, unknown>;

export const schemaPath = (name: string): string => `#/components/schemas/${name}`;

export function componentSchemas(): Record<string, JsonSchema> {
  return { ...converted(requests, 'input'), ...converted(answers, 'output') };
}

function converted(schemas: Readonly<Record<string, z.ZodType>>, io: 'input' | 'output'): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const made = z.toJSONSchema(registry, { uri: schemaPath, io, unrepresentable: 'any', override: tidied(io) });
  return Object.fromEntries(
    Object.entries(made.schemas).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  );
}

/** One schema by itself, for a parameter. */
export function inlineSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: tidied('input') });
}

/** Answers may get more fields later, and bounds that only say "a safe whole number" say nothing. */
const tidied =
  (io: 'input' | 'output') =>
  ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
    if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  };
