/** What names an attempt, taken over from one state of a life into the next. */
import type { Life } from './agent.ts';

type AttemptFields = Pick<Extract<Life, { status: 'starting' }>, 'attempt' | 'nonce' | 'token_sha256' | 'log_from'>;

export const attemptOf = ({ attempt, nonce, token_sha256, log_from }: AttemptFields): AttemptFields => ({
  attempt,
  nonce,
  token_sha256,
  ...(log_from === undefined ? {} : { log_from }),
});
