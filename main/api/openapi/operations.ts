/** Every address of the API. A test holds this list against the routes that are really there. */
import { z } from 'zod';
import type { FailureCode } from '../../../protocol/failures.ts';
import { approvalsQuerySchema, complianceQuerySchema, listQuerySchema, reportQuerySchema } from '../routes/agents.ts';
import { eventsQuerySchema, samplesQuerySchema } from '../routes/history.ts';
import { searchQuerySchema } from '../routes/search.ts';
import { fleetQuerySchema, logQuerySchema } from '../sockets/queries.ts';
import type { Answer, Operation } from './operation.ts';
import type { SchemaName } from './schemas.ts';

const base = '/api/coordinator';
/** From `POST /api/ticket`; programs send the Authorization header instead. */
const ticketSchema = z.string().optional();
const one = `${base}/agents/{id}`;

const idempotency = {
  'Idempotency-Key':
    'The request_id, for bodies that name none. The same key with the same request gets the same answer again and changes nothing.',
};
const replay = { 'Idempotent-Replay': '`true`: this request was carried out before; nothing was done again.' };

const answered = (schema: SchemaName, description: string, headers?: Answer['headers']): Answer[] => [
  { status: 200, description, schema, ...(headers === undefined ? {} : { headers }) },
];

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

const deploying: Operation[] = [
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

const watching: Operation[] = [
  ...([`${base}/compliance`, `${one}/compliance`] as const).map((path, index): Operation => ({
    method: 'get',
    path,
    id: index === 0 ? 'getCompliance' : 'getAgentCompliance',
    tag: 'Watch',
    summary: index === 0 ? 'The Protocol v1.2 score of all agents, or of a day' : 'The Protocol v1.2 score of an agent',
    description:
      'Five criteria of 20 points, each with the fact behind it. With tree=1 all below the agent count, too; with day=YYYY-MM-DD only who was accepted on that day, UTC.',
    query: complianceQuerySchema,
    answers: answered('Compliance', 'Of those that the caller may see.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  })),
  {
    method: 'get',
    path: `${base}/queue`,
    id: 'queue',
    tag: 'Watch',
    summary: 'Who waits to be started, in their order, and for what',
    answers: answered('Queue', 'Of the waiting agents those that the caller may see; their positions are among all.'),
    failures: ['INVALID_REQUEST'],
  },
  {
    method: 'post',
    path: `${base}/intake`,
    id: 'intake',
    tag: 'Operate',
    summary: 'Pause or resume all starts',
    description:
      'Operator only. While paused, what is asked for waits and what runs goes on. Kept in config.json, so a restart does not end it.',
    body: 'Intake',
    answers: answered('Queue', 'The queue as it is now.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: `${base}/agents`,
    id: 'listAgents',
    tag: 'Watch',
    summary: 'List agents, oldest first',
    description: 'Filters are joined by "and". With limit, next_cursor leads to the next page.',
    query: listQuerySchema,
    answers: answered('AgentList', 'Those that the caller may see.'),
    failures: ['INVALID_REQUEST'],
  },
  {
    method: 'get',
    path: one,
    id: 'getAgent',
    tag: 'Watch',
    summary: 'One agent',
    answers: answered('AgentRecord', 'Its record.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  },
  ...([`${base}/tree`, `${one}/tree`] as const).map((path, index): Operation => ({
    method: 'get',
    path,
    id: index === 0 ? 'getTree' : 'getBranch',
    tag: 'Watch',
    summary: index === 0 ? 'All agents as a tree' : 'An agent and all below it as a tree',
    answers: answered('AgentTree', 'With the record of each.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  })),
  {
    method: 'get',
    path: `${one}/log`,
    id: 'getLog',
    tag: 'Watch',
    summary: 'An agent’s log: its standard output and error',
    description:
      'A browser that saves it by itself sends no header: `ticket`, from POST /api/ticket, takes the token’s place once.',
    query: z.object({ ticket: ticketSchema }),
    headers: { Range: 'One range of bytes: `bytes=0-99`, `bytes=100-`, `bytes=-100`.' },
    answers: [
      { status: 200, description: 'The bytes as the agent wrote them.', type: 'text/plain' },
      { status: 206, description: 'The range that was asked for.', type: 'text/plain' },
      { status: 416, description: 'The log ends before that range.', type: 'text/plain' },
    ],
    failures: ['UNKNOWN_AGENT', 'NOT_ALLOWED'],
  },
  {
    method: 'get',
    path: `${one}/report`,
    id: 'getReport',
    tag: 'Watch',
    summary: 'An agent’s completion report, or the combined report of it and all below it',
    description:
      'With tree=1 the answer has the combined report in `tree`; with format=markdown as well, it is that report as text/markdown.',
    query: reportQuerySchema,
    answers: answered('Report', 'The report, and what is not right about it.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT', 'NOT_ALLOWED'],
  },
  {
    method: 'get',
    path: `${base}/events`,
    id: 'listEvents',
    tag: 'Watch',
    summary: 'What has happened, from one place in the journal on',
    description:
      'Ask on with since = next_since until is_complete. The coordinator’s own events are shown to the operator alone; prompts, hashes of tokens and marks of runs are left empty for all.',
    query: eventsQuerySchema,
    answers: answered('EventPage', 'Those that the caller may see, oldest first.'),
    failures: ['INVALID_REQUEST', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: `${one}/events`,
    id: 'listAgentEvents',
    tag: 'Watch',
    summary: 'What has happened to one agent',
    query: eventsQuerySchema,
    answers: answered('EventPage', 'Its events, oldest first. A page may be empty and not the last.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: `${one}/samples`,
    id: 'getSamples',
    tag: 'Watch',
    summary: 'Processor, memory and processes of an agent over time',
    description: 'Every two seconds or less often, the last minutes of its present or last run. null is unknown.',
    answers: answered('Samples', 'Oldest first.'),
    failures: ['UNKNOWN_AGENT'],
  },
  {
    method: 'get',
    path: `${base}/samples`,
    id: 'getUsageHistory',
    tag: 'Watch',
    summary: 'Processor and memory of all agents over the last 5 minutes, hour or day, and what was spent',
    description:
      'In buckets of 2, 20 or 300 seconds; it outlives a restart of the coordinator. A bucket with watched 0 is a gap. agent_id: of that agent and all below it.',
    query: samplesQuerySchema,
    answers: answered('UsageHistory', 'Columns, one value a bucket, the oldest first; null is unknown.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  },
  {
    method: 'get',
    path: `${base}/metrics`,
    id: 'getMetrics',
    tag: 'Watch',
    summary: 'Counts, times, tokens and cost',
    answers: answered('Metrics', 'Of all agents that the caller may see.'),
    failures: [],
  },
  {
    method: 'get',
    path: `${base}/search`,
    id: 'search',
    tag: 'Watch',
    summary: 'Find a text in agents, reports and logs',
    description:
      'Capitals do not count. Living agents first, then those that ended last; of each log its newest lines. It reads for at most 2.5 seconds and 512 MB, of one log the last 64 MB; stopped_by and skipped say what was not looked at.',
    query: searchQuerySchema,
    answers: answered('SearchAnswer', 'What was found, of the agents that the caller may see.'),
    failures: ['INVALID_REQUEST'],
  },
  {
    method: 'get',
    path: '/ws/coordinator',
    id: 'followFleet',
    tag: 'Watch',
    summary: 'WebSocket: the fleet as it is, then every event',
    query: z.object({ ticket: ticketSchema, ...fleetQuerySchema.shape }),
    answers: [{ status: 101, description: 'Messages are of the schema SocketMessage.', schema: 'SocketMessage' }],
    failures: [],
  },
  {
    method: 'get',
    path: '/ws/coordinator/logs',
    id: 'followLogs',
    tag: 'Watch',
    summary: 'WebSocket: the logs of an agent or a branch as they grow, or a line for each event of all',
    query: z.object({ ticket: ticketSchema, ...logQuerySchema.shape }),
    answers: [{ status: 101, description: 'Messages are described in websocket.md.', schema: 'SocketMessage' }],
    failures: ['INVALID_REQUEST', 'UNKNOWN_AGENT'],
  },
];

const steered = ['stop', 'pause', 'resume', 'restart'] as const;
const steerWords: Readonly<Record<(typeof steered)[number], string>> = {
  stop: 'Stop an agent and all below it',
  pause: 'Freeze an agent and all below it',
  resume: 'Let a frozen branch go on',
  restart: 'Run an agent that has ended once more',
};
const bodies = { stop: 'Stop', pause: 'Pause', resume: 'Resume', restart: 'Restart' } as const;

const steering: Operation[] = [
  ...steered.map((action): Operation => ({
    method: 'post',
    path: `${one}/${action}`,
    id: `${action}Agent`,
    tag: 'Steer',
    summary: steerWords[action],
    headers: idempotency,
    body: bodies[action],
    answers: answered(action === 'stop' ? 'StopAnswer' : 'BranchAnswer', 'Who changed.', replay),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_AGENT',
      'WRONG_STATE',
      'IDENTITY_UNVERIFIED',
      'LIMIT_REACHED',
      'BUDGET_EXCEEDED',
      'QUEUE_FULL',
      'RUNTIME_NOT_FOUND',
      'STORAGE_UNAVAILABLE',
      'NOT_SUPPORTED',
    ],
  })),
  {
    method: 'post',
    path: `${one}/reprioritize`,
    id: 'reprioritizeAgent',
    tag: 'Steer',
    summary: 'Give an agent that waits another place in the queue',
    headers: idempotency,
    body: 'Reprioritize',
    answers: answered('AgentRecord', 'Its record.', replay),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT', 'WRONG_STATE', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'post',
    path: `${one}/message`,
    id: 'messageAgent',
    tag: 'Steer',
    summary: 'Say something to a running agent, where its runtime can hear it',
    headers: idempotency,
    body: 'Message',
    answers: answered('MessageAnswer', 'Where it went.', replay),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_AGENT',
      'WRONG_STATE',
      'NOT_SUPPORTED',
      'STORAGE_UNAVAILABLE',
    ],
  },
  {
    method: 'put',
    path: `${one}/report`,
    id: 'submitReport',
    tag: 'Steer',
    summary: 'Hand in an agent’s completion report',
    headers: idempotency,
    body: 'SubmitReport',
    answers: answered('Report', 'The report as it was judged.', replay),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_AGENT',
      'WRONG_STATE',
      'NOT_SUPPORTED',
      'STORAGE_UNAVAILABLE',
    ],
  },
];

const handIn: Operation = {
  method: 'post',
  path: `${base}/report`,
  id: 'submitOwnReport',
  tag: 'Steer',
  summary: 'Hand in the caller’s own completion report',
  description: 'With agent_id in the body, that of an agent below it.',
  headers: idempotency,
  body: 'SubmitOwnReport',
  answers: answered('Report', 'The report as it was judged.', replay),
  failures: [
    'INVALID_REQUEST',
    'UNKNOWN_ACTION',
    'UNKNOWN_AGENT',
    'WRONG_STATE',
    'NOT_SUPPORTED',
    'STORAGE_UNAVAILABLE',
  ],
};

const waiting: Operation[] = [
  {
    method: 'post',
    path: `${base}/wait`,
    id: 'wait',
    tag: 'Wait',
    summary: 'Wait until agents have ended',
    description:
      'Answers when any or all have ended, or when timeout is over (done is false then, which is no failure).',
    body: 'Wait',
    answers: answered('WaitAnswer', 'Who has ended and who has not.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT'],
  },
  {
    method: 'post',
    path: `${base}/inbox`,
    id: 'readInbox',
    tag: 'Wait',
    summary: 'What a parent has yet to learn of its children',
    description: 'Messages stay until a later call acknowledges them: whoever does so sees each exactly once.',
    body: 'Inbox',
    answers: answered('InboxAnswer', 'Oldest first.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT', 'STORAGE_UNAVAILABLE'],
  },
];

const approving: Operation[] = [
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
const session = { 'Mcp-Session-Id': 'The session, as the answer to initialize named it.' };
const jsonRpc = 'A JSON-RPC error; data.code is the code of the failure.';
const mcp: Operation[] = [
  {
    method: 'post',
    path: '/mcp',
    id: 'mcpMessage',
    tag: 'Tools',
    summary: 'A message of the Model Context Protocol (streamable HTTP)',
    description: 'Begins with initialize, which opens a session of this token. Refusals are JSON-RPC errors.',
    headers: session,
    body: 'JsonRpc',
    answers: [
      { status: 200, description: 'The answer, or a stream of messages (text/event-stream).', schema: 'JsonRpc' },
      { status: 202, description: 'Taken; nothing to answer.' },
      { status: 404, description: jsonRpc, schema: 'JsonRpc' },
    ],
    failures: ['LIMIT_REACHED'],
  },
  {
    method: 'get',
    path: '/mcp',
    id: 'mcpStream',
    tag: 'Tools',
    summary: 'Messages from the coordinator to a session, as they come',
    headers: session,
    answers: [
      { status: 200, description: 'A stream of messages.', type: 'text/event-stream' },
      { status: 404, description: jsonRpc, schema: 'JsonRpc' },
    ],
    failures: [],
  },
  {
    method: 'delete',
    path: '/mcp',
    id: 'mcpEnd',
    tag: 'Tools',
    summary: 'End a session',
    headers: session,
    answers: [
      { status: 204, description: 'It is gone.' },
      { status: 404, description: jsonRpc, schema: 'JsonRpc' },
    ],
    failures: [],
  },
];

const operating: Operation[] = [
  {
    method: 'get',
    path: `${base}/settings`,
    id: 'getSettings',
    tag: 'Operate',
    summary: 'config.json in force, and as the file says',
    operatorOnly: true,
    answers: answered('Settings', 'And which of them wait for the next start.'),
    failures: ['INVALID_REQUEST'],
  },
  {
    method: 'patch',
    path: `${base}/settings`,
    id: 'patchSettings',
    tag: 'Operate',
    summary: 'Change config.json by a merge patch (RFC 7396)',
    description:
      'null removes a setting, which brings its default back. All of it is taken or, when anything is wrong, none.',
    operatorOnly: true,
    body: 'SettingsPatch',
    answers: answered('Settings', 'As they are now.'),
    failures: ['INVALID_REQUEST', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'post',
    path: `${base}/reconcile`,
    id: 'reconcile',
    tag: 'Operate',
    summary: 'Look at request files, running agents, state files and the snapshot now',
    operatorOnly: true,
    answers: answered('Reconciled', 'What was found.'),
    failures: ['STORAGE_UNAVAILABLE'],
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'scrape',
    tag: 'Operate',
    summary: 'The fleet for Prometheus',
    operatorOnly: true,
    answers: [{ status: 200, description: 'Labels: level, runtime, status.', type: 'text/plain' }],
    failures: [],
  },
  {
    method: 'get',
    path: '/openapi.json',
    id: 'getDocument',
    tag: 'Operate',
    summary: 'This reference for programs',
    answers: [{ status: 200, description: 'OpenAPI 3.1.', type: 'application/json' }],
    failures: [],
  },
  {
    method: 'post',
    path: '/api/ticket',
    id: 'issueTicket',
    tag: 'Operate',
    summary: 'A ticket that opens one WebSocket within 30 s, for browsers',
    answers: answered('Ticket', 'Send it as ?ticket=.'),
    failures: [],
  },
  {
    method: 'get',
    path: '/health',
    id: 'getHealth',
    tag: 'Open',
    summary: 'Whether anybody is there, and well',
    isOpen: true,
    answers: answered('Health', 'Also while it is stopping.'),
    failures: [],
  },
  {
    method: 'post',
    path: '/api/session',
    id: 'openSession',
    tag: 'Open',
    summary: 'The one-time code of the dashboard’s address against a token',
    isOpen: true,
    body: 'Session',
    answers: answered('SessionToken', 'The code is used up.'),
    failures: ['UNAUTHENTICATED'],
  },
];

export const operations: readonly Operation[] = [
  ...deploying,
  ...watching,
  ...steering,
  handIn,
  ...waiting,
  ...approving,
  ...mcp,
  ...operating,
];
