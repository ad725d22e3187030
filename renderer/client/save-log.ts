/** Saves a whole log as a file: the browser fetches it by itself, so that none is too large for it. */
import type { HttpClient } from '../../clients/typescript/http-client.ts';

/** null: the browser has it; otherwise why not. */
export async function saveLog(api: HttpClient, agentId: string): Promise<string | null> {
  // A download says nothing of why it failed, so what may be wrong is asked for first.
  const first = await api.readLog(agentId, { start: 0, end: 1 });
  const ticket = first.ok ? await api.ticket() : first;
  if (!ticket.ok) return `The log was not saved: ${ticket.failure.message}`;
  const link = document.createElement('a');
  link.href = api.logAddress(agentId, ticket.value);
  link.download = `${agentId}.log`;
  link.click();
  return null;
}
