/**
 * `makensis` for electron-builder, where only the makensis of a Linux distribution and a 64-bit Wine are at hand: compiles
 * electron-builder's own templates as a 64-bit installer. Plug-ins that exist as 32-bit parts only are replaced by plain NSIS
 * (substitutes/), or left out where they only dress up a shortcut. Everything else is what is shipped.
 *
 * ZIGGIE_UNPACKED: the application's folder. ZIGGIE_MAKENSIS: the real program.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const templates = process.cwd(); // electron-builder runs it in the folder of its templates.
const substitutes = join(dirname(fileURLToPath(import.meta.url)), 'substitutes');
const copy = mkdtempSync(join(tmpdir(), 'ziggie-nsis-'));

/** A shortcut's identity for the taskbar, by the plug-in WinShell. @param {string} text */
const plain = (text) => text.replaceAll(/^\s*WinShell::.*$/gm, '');

try {
  cpSync(templates, copy, { recursive: true });
  for (const name of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    if (!/\.ns[hi]$/.test(name)) continue;
    writeFileSync(join(copy, name), plain(readFileSync(join(copy, name), 'utf8')));
  }
  for (const name of readdirSync(substitutes)) cpSync(join(substitutes, name), join(copy, 'include', name));
  const script = plain(readFileSync(0, 'utf8'))
    .replaceAll(templates, copy)
    .replaceAll(/^!addplugindir .*$/gm, '');
  const given = process.argv.slice(2).map((word) => word.replaceAll(templates, copy));
  // A 64-bit program always runs on 64 bits, so one branch of that question has a label that nobody jumps to (6012).
  const args = [
    '-XTarget amd64-unicode',
    '-X!pragma warning disable 6012',
    `-DZIGGIE_UNPACKED=${process.env['ZIGGIE_UNPACKED']}`,
  ];
  const { status, error } = spawnSync(process.env['ZIGGIE_MAKENSIS'] ?? 'makensis', [...args, ...given], {
    cwd: copy,
    input: script,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  if (error !== undefined) process.stderr.write(`${error.message}\n`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
