/** A process that tries for the lock of the root it is given, by the means of a platform, says whether it got it, and then lives until it is ended. */
import { lockRoot } from '../../../main/coordinator/ledger/root-lock.ts';

const [root = '', platform = process.platform] = process.argv.slice(2);
const lock = await lockRoot(root, platform as NodeJS.Platform);
process.stdout.write(lock === null ? 'refused\n' : 'held\n');
setInterval(() => undefined, 60_000);
