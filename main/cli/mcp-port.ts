/** The tools' way to the coordinator from the stdio command: over HTTP, found anew when it is not where it was. */
import type { ClientResult, Input } from '../../clients/typescript/client.ts';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import type { ToolPort } from '../mcp/tool-port.ts';
import type { Context } from './context.ts';

/** Where nobody answers, or a token is no longer known, there may be another coordinator by now. */
const mayBeElsewhere = new Set(['UNREACHABLE', 'UNEXPECTED_ANSWER', 'STOPPING', 'UNAUTHENTICATED']);

export function httpPort({ connect }: Pick<Context, 'connect'>): ToolPort {
  const current: { client: HttpClient | null } = { client: null };
  const call = async <T>(question: (client: HttpClient) => Promise<ClientResult<T>>) => {
    if (current.client === null) {
      const connection = await connect();
      if (!connection.ok) return connection;
      current.client = connection.value.client;
    }
    const answer = await question(current.client);
    if (!answer.ok && mayBeElsewhere.has(answer.failure.code)) return again(answer, question);
    return answer;
  };
  /** Once more where it is found now, unless that is where it was asked already. */
  const again = async <T>(
    answer: ClientResult<T>,
    question: (client: HttpClient) => Promise<ClientResult<T>>,
  ): Promise<ClientResult<T>> => {
    const before = current.client?.url;
    current.client = null;
    const connection = await connect();
    if (!connection.ok || connection.value.client.url === before) return answer;
    current.client = connection.value.client;
    return question(current.client);
  };
  return {
    perform: async (action, request, signal) => {
      // A whole request is an input with its defaults filled in; the generic cannot say so.
      const performed = await call((client) =>
        client.perform(action, request as unknown as Input<typeof action>, signal),
      );
      if (!performed.ok) return performed;
      const { answer, replayed } = performed.value;
      return { ok: true, value: { answer, replayed: replayed === true } };
    },
    readLog: (agentId, wish) => call((client) => client.readLog(agentId, wish)),
  };
}
