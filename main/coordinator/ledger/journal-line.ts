/** One journal record as one line: `v1 <seq> <crc32> <event json>`. The checksum covers the sequence number and the event. */
import { crc32 } from 'node:zlib';
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';

export function encodeLine({ seq, event }: Sequenced): string {
  const json = JSON.stringify(event);
  return `v1 ${seq} ${checksum(seq, json)} ${json}\n`;
}

/** null: the line is damaged, cut or of another format. */
export function decodeLine(line: string): Sequenced | null {
  const match = /^v1 (\d+) ([0-9a-f]{8}) (\{.*\})$/s.exec(line);
  if (match === null) return null;
  const [, seqText = '', sum, json = ''] = match;
  const seq = Number(seqText);
  if (checksum(seq, json) !== sum) return null;
  // The checksum says that these are the bytes `encodeLine` wrote, from a typed event.
  return { seq, event: JSON.parse(json) as ZiggieEvent };
}

function checksum(seq: number, json: string): string {
  return crc32(`${seq} ${json}`).toString(16).padStart(8, '0');
}
