/** A list as JSON text. Most of a large fleet is as it was at the last look: the text of a record is written once. */
import type { AgentList } from '../../protocol/queries.ts';
import type { AgentRecord } from '../../protocol/record.ts';

const texts = new WeakMap<AgentRecord, string>();

export function listText({ agents, ...rest }: AgentList): string {
  return `${JSON.stringify(rest).slice(0, -1)},"agents":[${agents.map(textOf).join(',')}]}`;
}

function textOf(record: AgentRecord): string {
  const known = texts.get(record);
  if (known !== undefined) return known;
  const text = JSON.stringify(record);
  texts.set(record, text);
  return text;
}
