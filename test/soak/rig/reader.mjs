// Reads the state files it is given in a tight loop and counts what is not JSON. Its parent says when it is enough.
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [, , wanted, ...files] = process.argv;
const counts = { reads: 0, unparsable: 0, versions: 0, firstBad: '' };
/** @type {Map<string, string>} */
const last = new Map();
let isEnough = false;
process.on('message', () => (isEnough = true));

function readAll() {
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    counts.reads += 1;
    try {
      JSON.parse(text);
    } catch (error) {
      counts.unparsable += 1;
      counts.firstBad ||= `${file}: ${String(error)}: ${JSON.stringify(text.slice(0, 200))}`;
    }
    if (last.get(file) !== text) counts.versions += 1;
    last.set(file, text);
  }
  if (isEnough && counts.reads >= Number(wanted)) process.send?.(counts, () => process.disconnect());
  else setImmediate(readAll);
}
readAll();
