import { expect, test } from 'vitest';
import { listText } from '../../../main/api/list-text.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';

test('is the JSON of the list, record by record', () => {
  const agents = [agentRecordWith({ name: 'a "quoted" one' }), agentRecordWith({ name: null })];
  for (const list of [
    { total: 2, agents, next_cursor: null },
    { total: 7, agents, next_cursor: 'x"' },
    { total: 0, agents: [], next_cursor: null },
  ]) {
    expect(JSON.parse(listText(list).toString())).toEqual(list);
    expect(JSON.parse(listText(list).toString())).toEqual(list);
  }
});
