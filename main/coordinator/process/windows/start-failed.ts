/** A start that Windows, or a rule of ours, refused. */
import { fail, type Result } from '../../../../protocol/failures.ts';
import type { LaunchOrder } from '../launcher.ts';

export function startFailed({ file, cwd }: LaunchOrder, reason: string): Result<never> {
  return fail(
    'SPAWN_FAILED',
    `${file} could not be started in ${cwd}: ${reason}. Check that the program and the folder exist, then deploy again with a new request_id.`,
    { file, cwd, reason },
  );
}
