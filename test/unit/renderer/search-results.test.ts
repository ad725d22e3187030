import { expect, test } from 'vitest';
import type { SearchAnswer } from '../../../protocol/search.ts';
import { parseLogPlace, withLogPlace } from '../../../renderer/selectors/log-place.ts';
import { leftOutWords, runs, searchGroups } from '../../../renderer/selectors/search-results.ts';
import { parseRoute, routeHash } from '../../../renderer/store/route.ts';
import { fleetFrom, idOf, over, running } from './fleets.ts';

const fleet = fleetFrom(
  running(1, { agent_type: 'L1', name: 'Overwatch' }),
  running(2, { agent_type: 'L2.1', parent_agent: idOf(1), name: 'sprite \u202Eaudit' }),
  over(2, {}),
);
const nothing: SearchAnswer = {
  agents: [],
  reports: [],
  logs: [],
  stopped_by: null,
  skipped: { agents: 0, log_bytes: 0, files: 0 },
};
const told: SearchAnswer = {
  ...nothing,
  reports: [{ agent_id: idOf(2), line: 3, text: 'One Sprite', lines: 2 }],
  logs: [
    { agent_id: idOf(1), offset: 12, text: '\u001b[31msprite\u001b[0m sheet' },
    { agent_id: idOf(1), offset: 5, text: 'a sprite' },
    { agent_id: 'agent_forgotten', offset: 0, text: 'sprite' },
  ],
};

test('agents are found at once; what the coordinator found leads to its line and its byte', () => {
  expect(searchGroups(fleet, 'sprite', null).map(({ kind, rows }) => [kind, rows.length])).toEqual([['agents', 1]]);
  const groups = searchGroups(fleet, 'sprite', told);
  expect(groups.map(({ kind, rows }) => [kind, ...rows.map(({ to }) => routeHash(to))])).toEqual([
    ['agents', `#/agents/${idOf(2)}`],
    ['reports', `#/reports/${idOf(2)}?line=3`],
    ['logs', `#/agents/${idOf(1)}/log?full&find=sprite&at=12`, `#/agents/${idOf(1)}/log?full&find=sprite&at=5`],
  ]);
  expect(groups.flatMap(({ rows }) => rows.map(({ note, isSame }) => [note, isSame]))).toEqual([
    [idOf(2), false],
    ['line 3 and 1 more', false],
    ['', false],
    ['', true],
  ]);
  expect(groups[0]?.rows[0]?.title).toBe('sprite ⟨U+202E⟩audit');
  expect(groups[2]?.rows[0]?.line).toEqual([
    { text: 'sprite', isMatch: true },
    { text: ' sheet', isMatch: false },
  ]);
  expect(runs('none of it', 'sprite')).toEqual([{ text: 'none of it', isMatch: false }]);
});

test('a place in a log stands in the address beside what is there', () => {
  const query = withLogPlace('q=level%3A2&find=old&at=7', { text: 'a&b =', at: null });
  expect(parseLogPlace(query)).toEqual({ text: 'a&b =', at: null });
  expect(query).toContain('q=level%3A2');
  expect(withLogPlace(query, { text: '', at: null })).toBe('q=level%3A2');
  expect(parseLogPlace('find=x&at=-1')).toEqual({ text: 'x', at: null });
  const { query: again, full } = parseRoute(`#/agents/${idOf(1)}/log?full&find=x&at=12`);
  expect([parseLogPlace(again), full]).toEqual([{ text: 'x', at: 12 }, true]);
});

test('what was not looked at is said', () => {
  expect(leftOutWords(nothing)).toBeNull();
  const skipped = { agents: 3, log_bytes: 1024 * 1024, files: 1 };
  expect(leftOutWords({ ...nothing, stopped_by: 'time', skipped })).toBe(
    'It took too long: not looked at: files of 3 agents, 1.0 MB of older output, 1 file that cannot be read.',
  );
  expect(leftOutWords({ ...nothing, stopped_by: 'bytes', skipped: { ...skipped, agents: 0, files: 0 } })).toBe(
    'Not looked at: 1.0 MB of older output.',
  );
});
