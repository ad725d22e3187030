import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { imageName, openProcess } from '../../../main/coordinator/process/windows/process-handle.ts';
import { jobMembers, jobName, openJob } from '../../../main/coordinator/process/windows/job.ts';
import { findProgram } from '../../../main/coordinator/runtimes/find-executable.ts';
import { test } from './check.ts';
import { environment, native, node, output, place, run, textOf, waitFor } from './rig.ts';

const minute = { timeout: 60_000 };
const hostile = [
  'a&echo pwned>pw.txt&rem',
  '%PATH%',
  '!PATH!',
  '"quoted"',
  '^',
  'two\nlines',
  'a\\',
  'a\\\\"b',
  '',
  ' ',
  'é🙂',
  '--',
  '-x',
  '\t',
  "it's",
  '|',
  '>',
  '<',
  '(',
  ')',
  '@',
  '*',
  '?',
  '$HOME',
  '`',
];
const echoArguments = 'console.log(JSON.stringify(process.argv.slice(1)))';

test('arguments arrive as they were given', minute, async () => {
  const where = place();
  assert.deepEqual(JSON.parse(await output(where, { args: node(echoArguments, ...hostile) })), hostile);
});

test('any arguments arrive as they were given', { timeout: 120_000 }, async () => {
  const where = place();
  const piece = fc.constantFrom('"', '\\', ' ', 'a', '&', '%', '^', '\n', '\t', 'é', '🙂', "'", '!', '/');
  const argument = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
  // Many at a time: a process for each would take minutes.
  const many = fc.array(argument, { minLength: 200, maxLength: 200 });
  for (const given of fc.sample(many, { numRuns: 10, seed: 3 })) {
    assert.deepEqual(JSON.parse(await output(where, { args: node(echoArguments, ...given) })), given);
  }
});

test('the environment arrives whole, and of two spellings of a name the run’s own wins', minute, async () => {
  const where = place();
  const env = { ZIGGIE_RUN: 'nonce', Path: 'C:\\only', odd_NAME: 'a=b;é🙂%PATH%', EMPTY: '' };
  const code = 'console.log(JSON.stringify(process.env))';
  const seen = JSON.parse(await output(where, { args: node(code), env })) as Record<string, string>;
  const paths = Object.entries(seen).filter(([name]) => name.toUpperCase() === 'PATH');
  assert.deepEqual(
    paths.map(([, value]) => value),
    ['C:\\only'],
  );
  assert.deepEqual([seen['ZIGGIE_RUN'], seen['odd_NAME']], ['nonce', 'a=b;é🙂%PATH%']);
  const inherited = environment();
  assert.equal(seen['SystemRoot'] ?? seen['SYSTEMROOT'], inherited['SystemRoot'] ?? inherited['SYSTEMROOT']);
});

test(
  'case 82: a prompt arrives byte for byte at a CLI that npm installed as a .cmd, and no cmd.exe reads it',
  minute,
  async () => {
    const where = place();
    const npm = join(where.root, 'npm prefix');
    const pack = join(npm, 'node_modules', 'agent-cli', 'bin');
    mkdirSync(pack, { recursive: true });
    const shim = [
      '@ECHO off',
      'GOTO start',
      ':find_dp0',
      'SET dp0=%~dp0',
      'EXIT /b',
      ':start',
      'SETLOCAL',
      'CALL :find_dp0',
      'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\agent-cli\\bin\\agent.js" %*',
    ];
    writeFileSync(join(npm, 'agent.cmd'), shim.join('\r\n'));
    writeFileSync(
      join(pack, 'agent.js'),
      `
    const bytes = []; process.stdin.on('data', (b) => bytes.push(b)).on('end', () => {
      console.log(JSON.stringify({ prompt: Buffer.concat(bytes).toString('hex'), args: process.argv.slice(2) }));
      setInterval(() => {}, 1000);
    });`,
    );
    const found = await findProgram('agent', { env: { PATH: npm }, platform: 'win32' });
    assert.ok(found.found, JSON.stringify(found));
    const { file, leadingArgs, env } = found.program;
    const prompt = Buffer.from(`${hostile.join('\n')}\r\n\0\xff`, 'latin1');
    const { order, mark } = await run(where, { file, args: [...leadingArgs, ...hostile], env, prompt });
    const said = await waitFor('its answer', () => textOf(order.logFile).endsWith('}\n') && textOf(order.logFile));
    assert.deepEqual(JSON.parse(said), { prompt: prompt.toString('hex'), args: hostile });
    const images = jobMembers(native, openJob(native, jobName(where.root, mark)) ?? 0).map(imageOf);
    assert.ok(
      images.some((image) => /node\.exe$/i.test(image)),
      images.join(),
    );
    assert.ok(!images.some((image) => /cmd\.exe$/i.test(image)), images.join());
    assert.deepEqual(await where.ownership.endMembers(mark), []);
    assert.equal(existsSync(join(where.root, 'pw.txt')), false);
    assert.ok(!readdirSync(where.root).includes('pw.txt'));
  },
);

test('case 15: a prompt of 200,000 bytes arrives whole and is in no command line', minute, async () => {
  const where = place();
  const prompt = Buffer.alloc(200_000, 'é&"%PATH%"\n');
  const code = `const {createHash} = require('node:crypto'); const h = createHash('sha256');
    process.stdin.on('data', (b) => h.update(b)).on('end', () => console.log(h.digest('hex')));`;
  const { createHash } = await import('node:crypto');
  assert.equal(
    (await output(where, { args: node(code), prompt })).trim(),
    createHash('sha256').update(prompt).digest('hex'),
  );
});

function imageOf(pid: number): string {
  const opened = openProcess(native, pid);
  if (opened.is !== 'open') return '';
  const image = imageName(native, opened.process);
  native.CloseHandle(opened.process);
  return image;
}
