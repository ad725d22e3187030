/** A list as JSON text. Most of a large fleet is as it was at the last look: the bytes of a record are made once. */
import type { AgentList } from '../../protocol/queries.ts';
import type { AgentRecord } from '../../protocol/record.ts';

/** Each with a comma before it: putting them in a row is copying, nothing more. */
const made = new WeakMap<AgentRecord, Buffer>();

export function listText({ agents, ...rest }: AgentList): Buffer {
  const [first, ...others] = agents.map(bytesOf);
  const head = Buffer.from(`${JSON.stringify(rest).slice(0, -1)},"agents":[`);
  return Buffer.concat([head, ...(first === undefined ? [] : [first.subarray(1)]), ...others, Buffer.from(']}')]);
}

function bytesOf(record: AgentRecord): Buffer {
  const known = made.get(record);
  if (known !== undefined) return known;
  const bytes = Buffer.from(`,${JSON.stringify(record)}`);
  made.set(record, bytes);
  return bytes;
}
