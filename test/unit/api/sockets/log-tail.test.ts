import {
  appendFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { LogTail, type Piece } from '../../../../main/api/sockets/log-tail.ts';
import { headOfCharacter, tailOfCharacter } from '../../../../main/api/sockets/whole-characters.ts';

const folder = mkdtempSync(join(tmpdir(), 'ziggie-tail-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'agent.log');
beforeEach(() => rmSync(path, { force: true }));

const nothing = { is: 'nothing' };
const text = (offset: number, end: number, content: string): Piece => ({ is: 'text', offset, end, text: content });

async function rest(tail: LogTail): Promise<Extract<Piece, { is: 'text' }>[]> {
  const pieces = [];
  for (let piece = await tail.next(true); piece.is === 'text'; piece = await tail.next(true)) pieces.push(piece);
  return pieces;
}

describe('where it begins', () => {
  test.each([
    ['the beginning', { from: 0 }, text(0, 6, 'abcdef')],
    ['a byte', { from: 4 }, text(4, 6, 'ef')],
    ['beyond the end', { from: 99 }, nothing],
    ['the last bytes', { last: 2 }, text(4, 6, 'ef')],
    ['more than there is', { last: 99 }, text(0, 6, 'abcdef')],
    ['the end', null, nothing],
  ] as const)('%s', async (_what, start, first) => {
    writeFileSync(path, 'abcdef');
    const tail = new LogTail(path, start);
    expect(await tail.next(false)).toEqual(first);
    appendFileSync(path, 'gh');
    expect(await tail.next(false)).toEqual(text(6, 8, 'gh'));
    expect(await tail.next(false)).toEqual(nothing);
    expect(tail.position).toBe(8);
  });

  test('a log that is not there yet is followed from its first byte', async () => {
    const tail = new LogTail(path, null);
    expect(await tail.next(false)).toEqual(nothing);
    writeFileSync(path, 'first');
    expect(await tail.next(false)).toEqual(text(0, 5, 'first'));
  });
});

describe('characters', () => {
  test('that are not whole yet wait for their rest, unless nothing more comes', async () => {
    writeFileSync(path, Buffer.concat([Buffer.from('a'), Buffer.from('🦀').subarray(0, 3)]));
    const tail = new LogTail(path, { from: 0 });
    expect(await tail.next(false)).toEqual(text(0, 1, 'a'));
    expect(await tail.next(false)).toEqual(nothing);
    appendFileSync(path, Buffer.concat([Buffer.from('🦀').subarray(3), Buffer.from('é').subarray(0, 1)]));
    expect(await tail.next(false)).toEqual(text(1, 5, '🦀'));
    expect(await tail.next(true)).toEqual(text(5, 6, '\ufffd'));
  });

  test('that began before the place that was asked for are left out, and the offset says so', async () => {
    writeFileSync(path, 'a🦀b');
    expect(await new LogTail(path, { from: 2 }).next(false)).toEqual(text(5, 6, 'b'));
    expect(await new LogTail(path, { last: 3 }).next(false)).toEqual(text(5, 6, 'b'));
  });

  test('are never cut, wherever the pieces end', async () => {
    const long = 'aé€🦀'.repeat(40_000);
    writeFileSync(path, long);
    const pieces = await rest(new LogTail(path, { from: 0 }));
    expect(pieces.length).toBeGreaterThan(4);
    expect(pieces.map((piece) => piece.text).join('')).toBe(long);
    for (const [index, { offset, end, text: content }] of pieces.entries()) {
      expect(end - offset).toBe(Buffer.byteLength(content));
      expect(offset).toBe(pieces[index - 1]?.end ?? 0);
    }
  });

  test('cutting at any byte gives back every text, and never holds back what is no UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), (content, where) => {
        const bytes = Buffer.from(content);
        const at = bytes.length === 0 ? 0 : where % (bytes.length + 1);
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
        const held = headOfCharacter(before);
        expect(
          before.subarray(0, at - held).toString() + Buffer.concat([before.subarray(at - held), after]).toString(),
        ).toBe(bytes.toString());
        expect(bytes.subarray(at + tailOfCharacter(after)).toString()).not.toMatch(/^\ufffd/);
      }),
    );
    expect(headOfCharacter(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toBe(0);
    expect(headOfCharacter(Buffer.from([0xff]))).toBe(0);
    expect(tailOfCharacter(Buffer.from([0x80, 0x80, 0x80, 0x80]))).toBe(0);
  });
});

describe('another file of its name', () => {
  test('that is a link, or has a second name, is not read', async () => {
    const secret = join(folder, 'secret');
    writeFileSync(secret, 'none of your business');
    writeFileSync(path, 'mine');
    const tail = new LogTail(path, { from: 0 });
    expect(await tail.next(false)).toEqual(text(0, 4, 'mine'));
    rmSync(path);
    symlinkSync(secret, path);
    expect(await tail.next(false)).toEqual({ is: 'replaced' });
    rmSync(path);
    linkSync(secret, path);
    expect(await tail.next(false)).toEqual({ is: 'replaced' });
    expect(await new LogTail(path, { from: 0 }).next(true)).toEqual({ is: 'replaced' });
  });

  test('is read from its beginning, and so is one that was cut', async () => {
    writeFileSync(path, 'the first file');
    const tail = new LogTail(path, null);
    expect(await tail.next(false)).toEqual(nothing);
    const other = join(folder, 'other');
    writeFileSync(other, 'the second, which is longer');
    renameSync(other, path);
    expect(await tail.next(false)).toEqual(text(0, 27, 'the second, which is longer'));
    truncateSync(path, 3);
    expect(await tail.next(false)).toEqual(text(0, 3, 'the'));
  });

  test('that is gone is waited for', async () => {
    writeFileSync(path, 'abc');
    const tail = new LogTail(path, { from: 0 });
    await tail.next(false);
    rmSync(path);
    expect(await tail.next(false)).toEqual(nothing);
  });
});
