/** What a call is told that waits while the coordinator stops: nothing was decided, and asking the next one is safe. */
import { fail } from '../../../protocol/failures.ts';

export const stopping = fail(
  'STOPPING',
  'The coordinator stops, and this was waited for. Ask again once it is back; a request file is answered by the next one.',
);
