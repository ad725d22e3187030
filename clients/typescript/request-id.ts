/** Names for requests: readable, sortable, and never the same twice. */

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * `deploy_20251109_143000_7f3a91c04be2`: what it asks, when (UTC), 48 random bits. Fewer would not do: with 16 bits, two
 * of 200 deployments within one second share a name in one burst of four, and the second would be taken for a repetition.
 */
export function makeRequestId(action: string, now: Date = new Date()): string {
  const day = `${now.getUTCFullYear()}${two(now.getUTCMonth() + 1)}${two(now.getUTCDate())}`;
  const time = `${two(now.getUTCHours())}${two(now.getUTCMinutes())}${two(now.getUTCSeconds())}`;
  const random = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${action}_${day}_${time}_${random.join('')}`;
}
