import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { afterDeath } from '../../../main/shell/window/crashes.ts';
import { addressOf, agentPlace, readPlace } from '../../../main/shell/window/place.ts';
import { readPlacements, writePlacements } from '../../../main/shell/window/placement-file.ts';
import {
  type Monitor,
  type Placements,
  noPlacements,
  openingOf,
  withPlacement,
} from '../../../main/shell/window/placement.ts';

const monitor = (x: number, y: number, width: number, height: number, scaleFactor = 1): Monitor => ({
  bounds: { x, y, width, height },
  workArea: { x, y, width, height: height - 48 },
  scaleFactor,
});
const laptop = monitor(0, 0, 1920, 1080, 1.25);
const left = monitor(-2560, -200, 2560, 1440);
const usual = { width: 1280, height: 800 };
const least = { width: 640, height: 480 };
const at = (x: number, y: number, width = 1000, height = 700, maximized = false) => ({
  bounds: { x, y, width, height },
  maximized,
});
const opening = (saved: Placements, ...monitors: Monitor[]) => openingOf(saved, monitors, usual, least);

describe('where the window opens', () => {
  const docked = withPlacement(noPlacements, [laptop, left], at(-2000, 100));
  const both = withPlacement(docked, [laptop], at(300, 200, 900, 600));

  test('is the middle of the first monitor at first', () => {
    expect(opening(noPlacements, laptop)).toEqual({ bounds: usual, maximized: false });
    expect(opening(noPlacements, monitor(0, 0, 1024, 640))).toEqual({
      bounds: { width: 1024, height: 592 },
      maximized: false,
    });
    expect(opening(noPlacements)).toEqual({ bounds: usual, maximized: false });
  });

  test('is where it was with the same monitors, in whatever order they are told', () => {
    expect(opening(both, left, laptop)).toEqual(at(-2000, 100));
    expect(opening(both, laptop)).toEqual(at(300, 200, 900, 600));
  });

  test('is not on a monitor that is gone, but keeps its size and whether it was maximized', () => {
    const gone = withPlacement(noPlacements, [laptop, left], at(-2000, 100, 1500, 900, true));
    expect(opening(gone, laptop)).toEqual({ bounds: { width: 1500, height: 900 }, maximized: true });
  });

  test('is as last with monitors that were never together, if its own is there', () => {
    const wide = monitor(1920, 0, 3440, 1440);
    expect(opening(both, laptop, wide)).toEqual(at(300, 200, 900, 600));
  });

  test.each([
    ['half off the right edge', at(1800, 200), at(920, 200)],
    ['above the top, where nobody can take hold of it', at(100, -300), at(100, 0)],
    ['under the taskbar', at(100, 900), at(100, 332)],
    ['larger than the monitor', at(-50, -50, 4000, 3000), at(0, 0, 1920, 1032)],
    ['too small to be found', at(500, 500, 10, 10), at(500, 500, 640, 480)],
  ])('is moved into the work area when it was %s', (_how, saved, expected) => {
    expect(opening(withPlacement(noPlacements, [laptop], saved), laptop)).toEqual(expected);
  });

  test('is kept for the twelve arrangements used last', () => {
    const many = Array.from({ length: 40 }, (_, index) => monitor(0, 0, 1000 + index, 800));
    const saved = many.reduce((before, one) => withPlacement(before, [one], at(10, 10)), both);
    expect(saved.arrangements).toHaveLength(12);
    expect(saved.arrangements.at(-1)?.monitors).toBe('1039x800+0+0@1');
  });
});

describe('the file of places', () => {
  let folder: string;
  const warnings: string[] = [];
  const log = { info: () => undefined, error: () => undefined, warn: (text: string) => void warnings.push(text) };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ziggie-places-'));
    warnings.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('gives back what was written, and leaves nothing beside it', () => {
    const file = join(folder, 'places.json');
    const saved = withPlacement(noPlacements, [laptop], at(1, 2));
    expect(readPlacements(file, log)).toEqual(noPlacements);
    writePlacements(file, saved, log);
    expect(readPlacements(file, log)).toEqual(saved);
    expect(readdirSync(folder)).toEqual(['places.json']);
    expect(warnings).toEqual([]);
  });

  test.each([
    '',
    'null',
    '{"version":1',
    '{"version":2,"arrangements":[]}',
    '{"version":1,"arrangements":[{"monitors":7}]}',
  ])('of a broken one (%j) nothing is taken, and it is said', (text) => {
    const file = join(folder, 'places.json');
    writeFileSync(file, text);
    expect(readPlacements(file, log)).toEqual(noPlacements);
    expect(warnings.join()).toContain('is not used');
    writePlacements(file, noPlacements, log);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(noPlacements);
  });

  test('that cannot be written is said and is no error', () => {
    const file = join(folder, 'gone', 'places.json');
    writePlacements(file, noPlacements, log);
    expect(warnings.join()).toContain('could not be written');
    expect(existsSync(file)).toBe(false);
  });
});

test('a page that dies for the third time within a minute is not offered again; one that lived longer is', () => {
  const steps = [0, 20_000, 59_000, 130_000].reduce<{ deaths: readonly number[]; offers: boolean[] }>(
    ({ deaths, offers }, now) => {
      const step = afterDeath(deaths, now);
      return { deaths: step.deaths, offers: [...offers, step.offer] };
    },
    { deaths: [], offers: [] },
  );
  expect(steps.offers).toEqual([true, true, false, true]);
});

describe('a place of the dashboard', () => {
  test.each([
    ['agents/agent_20251109_143000_7', 'agents/agent_20251109_143000_7'],
    ['#/agents/overwatch_001/log', 'agents/overwatch_001/log'],
    ['/approvals', 'approvals'],
  ])('%s is one', (given, place) => {
    expect(readPlace(given)).toEqual({ ok: true, value: place });
  });

  test.each([
    '',
    'agents',
    'agents/',
    'agents/..',
    'agents/a b',
    'agents/a/nothing',
    'agents/a/log/x',
    'fleet?full',
    'a:b',
  ])('%j is none', (given) => {
    const read = readPlace(given);
    expect(read.ok ? 'accepted' : read.failure.message).toContain('Expected agents/<id>');
  });

  test('has an address below the coordinator’s own', () => {
    expect(addressOf('http://127.0.0.1:1', null)).toBe('http://127.0.0.1:1/');
    expect(addressOf('http://127.0.0.1:1', agentPlace('agent_1', 'log'))).toBe(
      'http://127.0.0.1:1/#/agents/agent_1/log',
    );
  });
});
