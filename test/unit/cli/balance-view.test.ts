import { describe, expect, test } from 'vitest';
import { balanceLines, groupLines } from '../../../main/cli/view/balance-view.ts';
import { createPaint } from '../../../main/cli/view/paint.ts';
import type { AgentRecord, RecordBalance } from '../../../protocol/record.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';

const paint = createPaint(false);
const balance: RecordBalance = {
  group: 'wave 1',
  size: null,
  share: 0.5,
  actual_share: 0.674,
  actual_basis: 'seconds',
  ratio: 2.5,
  score: 64,
  flagged: true,
  reasons: ['The largest share is 50 %.'],
  replan: { at: '2025-11-09T14:30:00.000Z', share: 0.6, basis: 'seconds', suggestion: 'w1 has\u001b[31m 60 %' },
};
const member = (fields: Partial<AgentRecord>, own: Partial<RecordBalance> = {}): AgentRecord =>
  agentRecordWith({ status: 'running', balance: { ...balance, ...own }, ...fields });

describe('the balance of one agent', () => {
  test('has the estimate beside what was measured, the flag, and what to do, unable to steer the terminal', () => {
    expect(balanceLines(member({ group: null }), paint).filter(([, value]) => value !== null)).toEqual([
      ['group', 'wave 1'],
      ['estimate', "50 % of the group's work"],
      ['measured', "67.4 % of the group's running time so far"],
      ['ratio', '2.5 : 1, largest to smallest of the group'],
      ['score', '64 of 100'],
      ['flagged', 'The largest share is 50 %.'],
      ['plan again', 'w1 has?[31m 60 %'],
    ]);
  });

  test('says nothing of a wave in which nobody stated anything', () => {
    const silent = { share: null, actual_share: null, ratio: null, score: null, reasons: [], replan: null };
    const lines = balanceLines(member({ group: null }, silent), paint);
    expect(lines.filter(([, value]) => value !== null)).toEqual([]);
  });
});

describe('the groups below a table', () => {
  const calm = { flagged: false, reasons: [], replan: null };

  test('each that is at work has its shares and its score', () => {
    const shares = [0.35, 0.32, 0.33].map((share) => member({}, { ...calm, share, score: 100 }));
    expect(groupLines(shares, paint)).toBe('balance  wave 1 of overwatch_001: 35 %, 32 %, 33 %; score 100\n');
  });

  test('what is not balanced says so, and who is to be planned again is named', () => {
    expect(groupLines([member({})], paint)).toBe(
      'balance  wave 1 of overwatch_001: 50 %; score 64  not balanced\nbalance  w1 has?[31m 60 %\n',
    );
  });

  test('what has ended, has no score or is in no group has no line', () => {
    expect(groupLines([member({ status: 'completed' })], paint)).toBe('');
    expect(groupLines([member({}, { ...calm, score: null })], paint)).toBe('');
    expect(groupLines([agentRecordWith({ status: 'running' })], paint)).toBe('');
  });
});
