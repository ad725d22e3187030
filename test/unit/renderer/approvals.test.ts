import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { agentPath, pathWords } from '../../../renderer/selectors/agent-path.ts';
import {
  alreadyWords,
  coverageOf,
  decidedApprovals,
  openApprovals,
  timeLeft,
} from '../../../renderer/selectors/approval-cards.ts';
import { approvalNews, noNews } from '../../../renderer/selectors/approval-news.ts';
import { jsonPieces, prettyJson } from '../../../renderer/selectors/json-text.ts';
import { accepted, began, ended, fleetFrom, idOf, now, outside, over, running } from './fleets.ts';

const approvalId = (n: number): string => `apr_${String(n).padStart(12, '0')}`;

const asks = (n: number, ordinal: number, input = '{"command":"ls"}', bytes = input.length): ZiggieEvent => ({
  type: 'approval_requested',
  at: began,
  approval_id: approvalId(n),
  agent_id: idOf(ordinal),
  tool_use_id: `call-${n}`,
  tool: 'Bash',
  input,
  input_bytes: bytes,
  input_sha256: '0'.repeat(64),
  expires_at: '2025-11-09T14:41:30.000Z',
});

const decides = (
  n: number,
  ordinal: number,
  outcome: 'allowed' | 'denied' | 'expired',
  branch = false,
): ZiggieEvent => ({
  type: 'approval_decided',
  at: ended,
  agent_id: idOf(ordinal),
  approval_id: approvalId(n),
  outcome,
  by: outcome === 'expired' ? 'coordinator' : 'operator',
  message: outcome === 'denied' ? 'not\u202e today' : null,
  branch,
  request_id: null,
});

const family = [
  outside('overwatch_001'),
  running(1, { parent_agent: 'overwatch_001', name: 'scanner' }),
  running(2, { agent_type: 'L3.1.1', level: 3, parent_agent: idOf(1), name: 'evil\u202ename' }),
  running(3, { agent_type: 'L1', level: 1, name: null }),
];

describe('the path of an agent', () => {
  test('begins at the top and names each one on the way, what is outside and hostile included', () => {
    expect(pathWords(agentPath(fleetFrom(...family), idOf(2)))).toBe(
      'L0 › L1 overwatch_001 › L2.1 scanner › L3.1.1 evil⟨U+202E⟩name',
    );
    expect(pathWords(agentPath(fleetFrom(...family), idOf(3)))).toBe('L0 › L1');
  });
});

describe('cards', () => {
  test('open ones are oldest first, with their input whole, or what of it is missing', () => {
    const cut = '{"script":"xxxx';
    const [first, second] = openApprovals(fleetFrom(...family, asks(1, 2), asks(2, 1, cut, 2_000_000)));
    expect(first).toMatchObject({ id: approvalId(1), tool: 'Bash', missing: null, input: '{\n  "command": "ls"\n}' });
    expect(second).toMatchObject({ input: cut, missing: 'the first 15 B of 1.9 MB' });
  });

  test('a decided one says how, by whom and what the agent was told', () => {
    const fleet = fleetFrom(
      ...family,
      ...[asks(1, 1), asks(2, 1), asks(3, 2), asks(4, 3)],
      ...[decides(1, 1, 'allowed', true), decides(2, 1, 'denied'), decides(3, 2, 'expired'), over(3)],
    );
    expect(openApprovals(fleet)).toEqual([]);
    const words = new Map(decidedApprovals(fleet).map((one) => [one.id, [one.outcome.words, one.by, one.message]]));
    expect(words.get(approvalId(1))).toEqual(['allowed for its branch', 'an operator', null]);
    expect(words.get(approvalId(2))).toEqual(['denied', 'an operator', 'not⟨U+202E⟩ today']);
    expect(words.get(approvalId(3))).toEqual(['not decided in time, counts as denied', 'nobody', null]);
    expect(words.get(approvalId(4))).toEqual([
      'its run ended first',
      'nobody',
      'The run of the agent that asked is over.',
    ]);
  });

  test('what a branch covers is the agent and the living below it', () => {
    const fleet = fleetFrom(...family, accepted(4, { parent_agent: idOf(1), agent_type: 'L3.1.2' }), over(2));
    expect(coverageOf(fleet, idOf(1))).toEqual(['L2.1 scanner', 'L3.1.2']);
  });

  test('time left is loud in the last minute and never negative', () => {
    expect(timeLeft('2025-11-09T14:41:30.000Z', now)).toEqual({ words: 'counts as denied in 30s', urgent: true });
    expect(timeLeft('2025-11-09T15:41:00.000Z', now)).toEqual({ words: 'counts as denied in 1h 00m', urgent: false });
    expect(timeLeft('2025-11-09T14:00:00.000Z', now).words).toBe('its time is over');
  });

  test('somebody else was first: said calmly, whatever the details hold', () => {
    expect(alreadyWords({ status: 'denied', by: 'operator' })).toBe(
      'Already denied by an operator; nothing was changed.',
    );
    expect(alreadyWords({ status: 'closed', by: 'coordinator' })).toContain('has ended');
    expect(alreadyWords(undefined)).toContain('already');
  });
});

describe('JSON in pieces', () => {
  const text = (json: string): string =>
    jsonPieces(json)
      .map((one) => one.text)
      .join('');

  test('knows keys from strings, numbers and words', () => {
    expect(jsonPieces('{"a": "b", "n": -1.5e3, "t": true}').filter(({ kind }) => kind !== 'plain')).toEqual([
      { kind: 'key', text: '"a"' },
      { kind: 'string', text: '"b"' },
      { kind: 'key', text: '"n"' },
      { kind: 'number', text: '-1.5e3' },
      { kind: 'key', text: '"t"' },
      { kind: 'word', text: 'true' },
    ]);
  });

  test('nothing of any JSON is lost but what is written out to be seen', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(200), (json, cut) => {
        const beginning = prettyJson(json).slice(0, cut);
        const plain = (given: string): string => given.replaceAll(/\s|⟨[^⟩]*⟩/g, '');
        const acting = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
        expect(plain(text(beginning))).toBe(plain(beginning.replaceAll(acting, '')));
      }),
    );
  });

  test('what acts on text is written out, and a script stands in lines', () => {
    expect(text('{"c": "a\u202eb"}')).toBe('{"c": "a⟨U+202E⟩b"}');
    expect(text(JSON.stringify({ c: 'one\ntwo\n' }))).toBe('{"c":"one\\n\ntwo\\n"}');
    expect(text(JSON.stringify({ c: 'C:\\new' }))).toBe('{"c":"C:\\\\new"}');
  });

  test('a hundred thousand unclosed strings and a huge list take no long time and few pieces', () => {
    expect(jsonPieces('"\\'.repeat(100_000)).length).toBeLessThan(6001);
    expect(jsonPieces(`[${'1,'.repeat(100_000)}`)).toHaveLength(1);
  });
});

describe('news of approvals', () => {
  const at = Date.parse(began);
  const before = approvalNews(noNews, fleetFrom(...family), at, false).news;

  test('what is there at the first look is not announced; the next one is, by its own name', () => {
    expect(approvalNews(noNews, fleetFrom(...family, asks(1, 2)), at, false).say).toEqual([]);
    const { say } = approvalNews(before, fleetFrom(...family, asks(1, 2)), at, false);
    expect(say).toEqual(['L3.1.1 evil⟨U+202E⟩name asks to use Bash.']);
  });

  test('a branch speaks once a minute, then in sum; another branch speaks for itself', () => {
    const one = approvalNews(before, fleetFrom(...family, asks(1, 2)), at, false);
    const more = fleetFrom(...family, asks(1, 2), asks(2, 1), asks(3, 2), asks(4, 3));
    const two = approvalNews(one.news, more, at + 1000, false);
    expect(two.say).toEqual(['L1 asks to use Bash.']);
    expect(approvalNews(two.news, more, at + 59_000, false).say).toEqual([]);
    const three = approvalNews(two.news, more, at + 60_000, false);
    expect(three.say).toEqual(['2 requests below L1 overwatch_001 wait for your decision.']);
    expect(approvalNews(three.news, more, at + 600_000, false)).toMatchObject({
      say: [],
      news: { branches: new Map() },
    });
  });

  test('what was decided meanwhile, and what was seen on the page, is no news', () => {
    const one = approvalNews(before, fleetFrom(...family, asks(1, 2)), at, false);
    const held = approvalNews(one.news, fleetFrom(...family, asks(1, 2), asks(2, 1)), at + 1000, false);
    const gone = fleetFrom(...family, asks(1, 2), asks(2, 1), decides(2, 1, 'denied'));
    expect(approvalNews(held.news, gone, at + 60_000, false).say).toEqual([]);
    const seen = approvalNews(held.news, fleetFrom(...family, asks(1, 2), asks(2, 1)), at + 2000, true);
    expect(approvalNews(seen.news, fleetFrom(...family, asks(1, 2), asks(2, 1)), at + 70_000, false).say).toEqual([]);
  });
});
