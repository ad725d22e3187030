import { describe, expect, test } from 'vitest';
import type { Sequenced } from '../../../protocol/events.ts';
import { eventLines } from '../../../renderer/selectors/event-words.ts';
import { whyPlain } from '../../../renderer/selectors/markdown-bounds.ts';
import { reportGroups } from '../../../renderer/selectors/report-list.ts';
import { accepted, fleetFrom, idOf, neverBegan, over, running, usage } from './fleets.ts';

describe('what is drawn as Markdown', () => {
  test.each<[string, string, RegExp | null]>([
    ['a usual report', '# Report\n\n> quoted\n\n- a\n    - b\n        - c\n\n```\ncode\n```\n'.repeat(50), null],
    ['a hundred thousand quotes', '>'.repeat(100_000), /more than 20,000 characters/],
    ['quotes in quotes', `${'> '.repeat(60)}deep`, /deeper than 24 levels/],
    ['lists in lists', `${'- '.repeat(60)}deep`, /deeper/],
    ['an indented list', `${' '.repeat(400)}- deep`, /deeper/],
    ['brackets without end', '[[[[[[[[[[\n'.repeat(5000), /more Markdown signs/],
    ['a very long one', 'word '.repeat(50_000), /more than is drawn/],
  ])('%s', (_, markdown, why) => {
    if (why === null) expect(whyPlain(markdown)).toBeNull();
    else expect(whyPlain(markdown)).toMatch(why);
  });
});

test('reports are grouped by what is to be said of them, and who owes none is left out', () => {
  const missing = { report_problems: [{ code: 'missing', message: 'none', line: null }] } as const;
  const fleet = fleetFrom(
    running(1, { name: 'a', report_required: true }),
    over(1, { report_exists: false, report_problems: [...missing.report_problems] }),
    running(2, { name: 'b', report_required: true }),
    over(2, { report_exists: true, report_problems: [] }),
    running(3, { name: 'c', report_required: true }),
    running(4, { name: 'd', report_required: false }),
    over(4, { report_exists: false, report_problems: [] }),
    running(5, { name: 'e', report_required: true }),
    over(5, { report_exists: true, report_problems: [], unproven: true }),
    accepted(6, { name: 'f', report_required: true }),
    neverBegan(6, 'cancelled'),
  );
  const found = (text: string) =>
    reportGroups(fleet, text).map(({ verdict, rows }) => [verdict, rows.map(({ id }) => id)]);
  expect(found('')).toEqual([
    ['missing', [idOf(1)]],
    ['unproven', [idOf(5)]],
    ['due', [idOf(3)]],
    ['good', [idOf(2)]],
  ]);
  expect(found('B')).toEqual([['good', [idOf(2)]]]);
});

test('a report says whom its agent is below, is found by that, and what is due stands as it was accepted', () => {
  const files = Array.from({ length: 40 }, (_, at) => at + 3);
  const fleet = fleetFrom(
    running(1, { name: 'boss' }),
    running(2, { name: 'levels', parent_agent: idOf(1), level: 2 }),
    ...files.map((at) => running(at, { ordinal: at, name: `file ${at}`, parent_agent: idOf(2), level: 3 })),
  );
  const [due] = reportGroups(fleet, 'boss levels file');
  expect(due?.rows.map(({ title, place }) => [title, place])).toEqual(
    files.map((at) => [`file ${at}`, 'boss › levels']),
  );
});

test('events are told newest first, in words, with what acts on text made visible', () => {
  const events: Sequenced[] = [accepted(1), usage(1, { cost_usd: 0.5, activity: 'Bash\u202e' })].map((event, at) => ({
    seq: at + 1,
    event,
  }));
  expect(eventLines(events).map(({ seq, words }) => [seq, words])).toEqual([
    [2, 'is at Bash⟨U+202E⟩, $0.50'],
    [1, expect.stringMatching(/^was accepted by the door/)],
  ]);
});
