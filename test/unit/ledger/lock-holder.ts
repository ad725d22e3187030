/** A process that tries for the lock of the root it is given, says whether it got it, and then lives until it is ended. */
import { lockRoot } from '../../../main/coordinator/ledger/root-lock.ts';

const lock = await lockRoot(process.argv[2] ?? '');
process.stdout.write(lock === null ? 'refused\n' : 'held\n');
setInterval(() => undefined, 60_000);
