import { describe, expect, test } from 'vitest';
import {
  ago,
  bytes,
  clockTime,
  count,
  counted,
  dollars,
  duration,
  secondsSince,
} from '../../../renderer/selectors/format.ts';

describe('numbers as the dashboard writes them', () => {
  test.each([
    [0, '0s'],
    [0.4, '<1s'],
    [41, '41s'],
    [252.9, '4m 12s'],
    [7500, '2h 05m'],
    [273_600, '3d 04h'],
    [-5, '0s'],
  ])('duration of %d s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });

  test('ages are in their largest unit and never in the future', () => {
    expect([3, 65, 7300, 200_000, -9].map(ago)).toEqual(['3 s ago', '1 min ago', '2 h ago', '2 d ago', '0 s ago']);
  });

  test('money has two decimals, four below one cent', () => {
    expect([0, 1.84, 0.0042, 12].map(dollars)).toEqual(['$0.00', '$1.84', '$0.0042', '$12.00']);
  });

  test('bytes, counts and nouns', () => {
    expect([812, 4300, 1_073_741_824].map(bytes)).toEqual(['812 B', '4.2 KB', '1.0 GB']);
    expect(count(1_204_511)).toBe('1,204,511');
    expect([counted(1, 'agent'), counted(2, 'agent'), counted(2, 'process', 'processes')]).toEqual([
      '1 agent',
      '2 agents',
      '2 processes',
    ]);
  });

  test('a time of today has no date, another day has, and no time is given back as it came', () => {
    const now = new Date(2025, 10, 9, 18, 0, 0).getTime();
    expect(clockTime(new Date(2025, 10, 9, 14, 30, 5).toISOString(), now)).toBe('14:30:05');
    expect(clockTime(new Date(2025, 10, 8, 9, 5, 0).toISOString(), now)).toBe('8 Nov 09:05:00');
    expect(clockTime(new Date(2024, 10, 8, 9, 5, 0).toISOString(), now)).toBe('8 Nov 2024 09:05:00');
    expect(clockTime('soon', now)).toBe('soon');
    expect(secondsSince('soon', now)).toBeNull();
  });
});
