/** The tools' way to the coordinator from the stdio command: over HTTP, found anew when it is not where it was. */
import type { ClientResult, Input } from '../../clients/typescript/client.ts';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import type { ToolPort } from '../mcp/tool-port.ts';
import type { Context } from './context.ts';

/** Where nobody answers, or a token is no longer known, there may be another coordinator by now. */
const mayBeElsewhere = new Set(['UNREACHABLE', 'UNEXPECTED_ANSWER', 'STOPPING', 'UNAUTHENTICATED']);

export function httpPort({ connect }: Pick<Context, 'connect'>): ToolPort {
  // Looked for before each call, not only after a failure: the old port may be somebody else's, who must not get the token.
  const call = async <T>(question: (client: HttpClient) => Promise<ClientResult<T>>) => {
    const connection = await connect();
    if (!connection.ok) return connection;
    const answer = await question(connection.value.client);
    return !answer.ok && mayBeElsewhere.has(answer.failure.code)
      ? again(answer, connection.value.client.url, question)
      : answer;
  };
  /** Once more where it is found now, unless that is where it was asked already. */
  const again = async <T>(
    answer: ClientResult<T>,
    before: string,
    question: (client: HttpClient) => Promise<ClientResult<T>>,
  ): Promise<ClientResult<T>> => {
    const connection = await connect();
    if (!connection.ok || connection.value.client.url === before) return answer;
    return question(connection.value.client);
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
