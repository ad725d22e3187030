/**
 * A stand-in for Electron's Windows runtime, made of the Windows node.exe: electron-builder packages it as it would the real
 * one, without a download. It proves what is packaged and how, and nothing of Electron.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

/** What Electron's own program carries, so that its fuses can be set and read back here: a mark, a version, a digit each. */
const FUSE_MARK = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Each the other way than electron-builder.yml wants it, so that what is read back was set. */
const FUSES_BEFORE = '01011010';

/**
 * @param {string} folder emptied first
 * @param {string} nodeExe
 * @param {string} version of Electron
 */
export function makeStandIn(folder, nodeExe, version) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const fuses = Buffer.concat([
    Buffer.from(FUSE_MARK, 'latin1'),
    Buffer.from([1, FUSES_BEFORE.length]),
    Buffer.from(FUSES_BEFORE, 'latin1'),
  ]);
  writeFileSync(`${folder}/electron.exe`, Buffer.concat([unsigned(readFileSync(nodeExe)), fuses]));
  writeFileSync(`${folder}/version`, version);
  writeFileSync(`${folder}/LICENSE`, 'A stand-in for Electron, for checks only.\n');
}

/** Without the signature at its end, as Electron's program is: what is signed may not be changed. @param {Buffer} program */
function unsigned(program) {
  const optionalHeader = program.readUInt32LE(0x3c) + 24;
  const entry = optionalHeader + 112 + 4 * 8; // Of the fifth directory, in a 64-bit program.
  const at = program.readUInt32LE(entry);
  program.fill(0, entry, entry + 8);
  return at === 0 ? program : program.subarray(0, at);
}
