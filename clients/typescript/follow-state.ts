/**
 * Where a follower of the fleet stands, for showing it.
 *
 *   connecting -> live <-> lost          refused: the end
 *        \---------------> lost -> live  any but refused -> refused
 */
import type { ClientFailure } from './client.ts';

/** Times are milliseconds since 1970. */
export type FollowState =
  /** The first attempt is under way; nothing was delivered yet. */
  | { readonly status: 'connecting' }
  /** What was delivered is the present. */
  | { readonly status: 'live'; readonly since: number }
  /** What was delivered, if anything, is how it was at `since`. `nextTryAt` null: a try is under way. */
  | {
      readonly status: 'lost';
      readonly since: number;
      readonly nextTryAt: number | null;
      readonly failure: ClientFailure;
    }
  /** The token is not accepted (any more). Trying again with it cannot help, so nobody does. */
  | { readonly status: 'refused'; readonly failure: ClientFailure };
