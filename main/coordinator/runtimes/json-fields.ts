/** Reading fields of JSON that a foreign program wrote: what does not fit is null, nothing throws. */

export type Json = Readonly<Record<string, unknown>>;

/** No count or amount of one run comes near this; larger ones are damage and would spoil every sum they enter. */
const largestNumber = 1e15;

export function toRecord(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}

export const recordIn = (record: Json, name: string): Json | null => toRecord(record[name]);

export function stringIn(record: Json, name: string): string | null {
  const value = record[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Not negative and finite. */
export function numberIn(record: Json, name: string): number | null {
  const value = record[name];
  return typeof value === 'number' && value >= 0 && value <= largestNumber ? value : null;
}
