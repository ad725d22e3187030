/** What the address says of an agent's log: what is looked for in it, and where. The rest of the query is somebody else's. */

export interface LogPlace {
  /** '' for nothing. */
  readonly text: string;
  /** A byte of the log; null: none. */
  readonly at: number | null;
}

export const nowhereInLog: LogPlace = { text: '', at: null };

export function parseLogPlace(query: string): LogPlace {
  const given = new URLSearchParams(query);
  const at = given.get('at') ?? '';
  return { text: given.get('find') ?? '', at: /^\d{1,15}$/.test(at) ? Number(at) : null };
}

/** The same query with another place. */
export function withLogPlace(query: string, { text, at }: LogPlace): string {
  const given = new URLSearchParams(query);
  given.delete('find');
  given.delete('at');
  if (text !== '') given.set('find', text);
  if (at !== null) given.set('at', String(at));
  return given.toString();
}
