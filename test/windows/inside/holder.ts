/** A coordinator, as far as it starts a run: holds one, lets it go when told to, and stays until it is killed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hold, place, withDetachedHelper } from './rig.ts';

const [root = '', does] = process.argv.slice(2);
const { held, mark, order } = await hold(place(root), { args: withDetachedHelper });
if (does === 'release') held.release();
writeFileSync(join(root, 'holder.json'), `${JSON.stringify({ mark, logFile: order.logFile })}\n`);
setInterval(() => undefined, 1000);
