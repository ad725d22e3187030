/** When a line of a log says it was written. */

const isoAtStart =
  /^[[(]?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?: ?(?:Z|[+-]\d{2}:?\d{2}))?)(?![\d:])/;
const jsonTime = /"(?:timestamp|time|ts)":"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?)"/;

/** Milliseconds since the epoch; null when the line tells none. A time without a zone is local. */
export function lineTime(plain: string): number | null {
  const found = plain.startsWith('{') ? jsonTime.exec(plain)?.[1] : isoAtStart.exec(plain)?.[1];
  if (found === undefined) return null;
  const at = Date.parse(
    found
      .replace(',', '.')
      .replace(/^(\S{10}) /, '$1T')
      .replace(' ', ''),
  );
  return Number.isNaN(at) ? null : at;
}
