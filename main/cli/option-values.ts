/** Values of options: from text to what is meant, or a sentence about what is wrong. */
import { InvalidArgumentError } from 'commander';
import { budgetMeasures, type BudgetMeasure } from '../../protocol/budget.ts';

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

export const decimalNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d*\.?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a number from ${least} to ${most}.`);
  };

/** A part of some work: more than nothing of it. */
export const fraction = (text: string): number => {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a number above 0, at most 1.');
};
export const oneOf =
  <T extends string>(words: readonly T[]) =>
  (text: string): T => {
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw new InvalidArgumentError(`Expected ${words.join(' or ')}.`);
  };

/** `cost_usd=1,agents=5`: each limit once. */
export function budgetOption(text: string): Partial<Record<BudgetMeasure, number>> {
  const limits: Partial<Record<BudgetMeasure, number>> = {};
  for (const part of text.split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+)=(\d*\.?\d+)\s*$/.exec(part) ?? [];
    const measure = budgetMeasures.find((one) => one === name);
    if (measure === undefined || limits[measure] !== undefined) {
      throw new InvalidArgumentError(
        `Expected limits as cost_usd=1,agents=5; the names are ${budgetMeasures.join(', ')}.`,
      );
    }
    limits[measure] = Number(value);
  }
  return limits;
}

export interface ByteRange {
  readonly start?: number;
  /** After the last byte. */
  readonly end?: number;
  readonly lastBytes?: number;
}

/** `0-99` (both included), `100-` (to the end) or `-100` (the last hundred), as HTTP writes them. */
export function byteRange(text: string): ByteRange {
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/.exec(text) ?? [];
  if (first === '' && Number(last) > 0) return { lastBytes: Number(last) };
  if (first !== '' && last === '') return { start: Number(first) };
  if (first !== '' && Number(first) <= Number(last)) return { start: Number(first), end: Number(last) + 1 };
  throw new InvalidArgumentError('Expected 0-99 (both included), 100- (to the end) or -100 (the last hundred bytes).');
}
