/** Tokens stand in bodies where a door has no header for them; what is kept or said of a body is without them. */

const hidden = '(not shown)';

/** A replacer for `JSON.stringify`. */
export const hideToken = (key: string, value: unknown): unknown => (key === 'token' && value !== null ? hidden : value);

/** True when `hideToken` would hide something. */
export function holdsToken(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, inner]) => (key === 'token' && inner !== null) || holdsToken(inner));
}
