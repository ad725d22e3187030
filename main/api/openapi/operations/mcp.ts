/** The MCP endpoint. */
import type { Operation } from '../operation.ts';

const session = { 'Mcp-Session-Id': 'The session, as the answer to initialize named it.' };
const jsonRpc = 'A JSON-RPC error; data.code is the code of the failure.';
export const mcp: Operation[] = [
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
