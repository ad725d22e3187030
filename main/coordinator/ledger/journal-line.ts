/**
 * Lines of the journal. A record is one event: `v1 <seq> <crc32> <event json>`; the checksum covers the sequence number and
 * the event. A base is the whole fleet after that sequence number, `base <seq> <crc32> <snapshot json>`: it can only be the
 * first line of a segment, and makes the segments before it unnecessary.
 */
import { crc32 } from 'node:zlib';
import type { FleetSnapshot, Sequenced, ZiggieEvent } from '../../../protocol/events.ts';

export function encodeLine({ seq, event }: Sequenced): string {
  const json = JSON.stringify(event);
  return `v1 ${seq} ${checksum(seq, json)} ${json}\n`;
}

/** null: the line is damaged, cut or of another format. */
export function decodeLine(line: string): Sequenced | null {
  const parts = split(line, 'v1');
  // The checksum says that these are the bytes `encodeLine` wrote, from a typed event.
  return parts === null ? null : { seq: parts.seq, event: JSON.parse(parts.json) as ZiggieEvent };
}

/** How a segment with a base begins. */
export const baseMark = Buffer.from('base ');

export function encodeBase(snapshot: FleetSnapshot): string {
  const json = JSON.stringify(snapshot);
  return `base ${snapshot.seq} ${checksum(snapshot.seq, json)} ${json}\n`;
}

/** null: it is no base, or a damaged one. */
export function decodeBase(line: string): FleetSnapshot | null {
  const parts = split(line, 'base');
  // As above: written by `encodeBase`, from a typed snapshot.
  return parts === null ? null : (JSON.parse(parts.json) as FleetSnapshot);
}

const pattern = /^(v1|base) (\d+) ([0-9a-f]{8}) (\{.*\})$/s;

function split(line: string, format: 'v1' | 'base'): { readonly seq: number; readonly json: string } | null {
  const match = pattern.exec(line);
  if (match === null || match[1] !== format) return null;
  const [, , seqText = '', sum, json = ''] = match;
  const seq = Number(seqText);
  return checksum(seq, json) === sum ? { seq, json } : null;
}

function checksum(seq: number, json: string): string {
  return crc32(`${seq} ${json}`).toString(16).padStart(8, '0');
}
