/**
 * Refusals are kept so that the same request gets the same answer, the newest of them: an agent that asks in circles for what
 * can never be would fill the memory. An older one that comes again is judged again; nothing was started for it.
 */
import type { ZiggieEvent } from '../../../protocol/events.ts';
import type { Fleet } from '../../../protocol/fleet.ts';

const mostKept = 10_000;
/** Looked at once in so many requests: it goes through all of them. */
const lookEvery = 500;

/** Goes into the journal with one more refusal. */
export function forgetOldRefusals({ requests }: Pick<Fleet, 'requests'>, at: string, most = mostKept): ZiggieEvent[] {
  if (requests.size % lookEvery !== 0 || requests.size < most) return [];
  const refused = [...requests].filter(([, { failure }]) => failure !== null);
  refused.sort(([, a], [, b]) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const request_ids = refused.slice(0, Math.max(0, refused.length - most)).map(([id]) => id);
  return request_ids.length === 0 ? [] : [{ type: 'requests_forgotten', at, request_ids }];
}
