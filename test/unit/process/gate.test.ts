import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LaunchOrder } from '../../../main/coordinator/process/launcher.ts';
import { readClaim, readExitRecord } from '../../../main/coordinator/process/exit-record.ts';
import { gateOrder, gatePrelude } from '../../../main/coordinator/process/posix/gate.ts';
import { signalQuietly } from '../../../main/coordinator/process/posix/ending.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { hold as holdBy, shell, type Wish } from './held-run.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What `/bin/sh` may be, as far as this machine has it: another shell knows other words as its own. */
const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/ksh', '/bin/zsh'].filter(
  (path) => process.platform !== 'win32' && existsSync(path),
);

describe.each(shells)('the gate, run by %s', (gateShell) => {
  const hold = (wish: Wish) => holdBy({ gateShell, ...wish });

  test('begins nothing when its input ends, and leaves no claim', async () => {
    const held = hold({ argv: shell('touch began') });
    held.run.abandon();
    expect(await held.run.gone).toEqual({ code: 0, signal: null });
    expect(existsSync(join(held.folder, 'began'))).toBe(false);
    expect(held.isClaimed()).toBe(false);
    expect(held.exit()).toBeNull();
  });

  test('begins nothing before it is told to', async () => {
    const held = hold({ argv: shell('touch began') });
    // Another run that is held and released in the meantime shows that there was time enough.
    const other = hold({ argv: shell('sleep 0.1') });
    other.run.release();
    await other.run.gone;
    expect(held.isClaimed()).toBe(false);
    expect(existsSync(join(held.folder, 'began'))).toBe(false);
  });

  test('told to go, claims with its pid, begins once, and records the exit', async () => {
    const held = hold({ argv: shell('echo began >> began; exit 0') });
    held.run.release();
    expect(await held.run.gone).toEqual({ code: 0, signal: null });
    expect(readFileSync(join(held.folder, 'began'), 'utf8')).toBe('began\n');
    expect(readClaim(held.attemptFolder)).toEqual({ is: 'claimed', pid: held.run.identity.pid });
    expect(held.exit()).toMatchObject({ code: 0, signal: null });
    expect(readdirSync(held.attemptFolder).sort()).toEqual(['claim', 'exit.json']);
  });

  test('of two that want the same attempt exactly one begins, and the loser leaves without a word', async () => {
    const argv = shell('echo "$ZIGGIE_RUN" > "$OUT/$ZIGGIE_RUN"; sleep 0.05; exit 3');
    for (let round = 0; round < 5; round++) {
      const first = hold({ argv, change });
      const second = hold({ argv, attemptFolder: first.attemptFolder, change });
      const began = (): string[] => readdirSync(first.attemptFolder).filter((name) => name.startsWith('test-'));
      second.run.release();
      first.run.release();
      const codes = await Promise.all([first.run.gone, second.run.gone]);
      expect(began()).toHaveLength(1);
      expect(codes.map(({ code }) => code).sort((a, b) => Number(a) - Number(b))).toEqual([0, 3]);
      expect(first.exit()).toMatchObject({ code: 3 });
      const winner = codes[0].code === 3 ? first : second;
      expect(readClaim(first.attemptFolder)).toEqual({ is: 'claimed', pid: winner.run.identity.pid });
    }
    function change<T extends { env: Readonly<Record<string, string>>; attemptFolder: string }>(order: T): T {
      return { ...order, env: { ...order.env, OUT: order.attemptFolder } };
    }
  });

  test('begins nothing while the last line of its order is missing', () => {
    const folder = temporaryFolder();
    const order = gateOrder(
      {
        run: { agentId: 'agent', attempt: 1, nonce: 'test' },
        file: '/bin/sh',
        args: ['-c', 'touch began'],
        cwd: folder,
        env: { ONE: "it's", TWO: 'a\nb' },
        inputFile: '/dev/null',
        logFile: join(folder, 'log'),
        attemptFolder: folder,
      },
      null,
    );
    const give = (input: string) =>
      spawnSync(gateShell, ['-s', 'gate'], { argv0: '/bin/sh', input, cwd: folder, timeout: 5000 });
    const lineEnds = [...order.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (const end of [0, ...lineEnds.slice(0, -1)]) give(gatePrelude + order.slice(0, end));
    // Between two arguments, too: what stands there by then would be a whole command.
    const argumentEnds = [...order.matchAll(/'(?=[ ;])/g)].map(({ index }) => index + 1);
    expect(argumentEnds.length).toBeGreaterThanOrEqual(3);
    for (const end of argumentEnds) give(gatePrelude + order.slice(0, end));
    expect(readdirSync(folder)).toEqual([]);
    give(gatePrelude + order);
    expect(readdirSync(folder).sort()).toEqual(['began', 'claim', 'exit.json', 'log']);
  });

  test.each([
    ['ends well', shell('exit 0'), 0, null],
    ['ends with 1', shell('exit 1'), 1, null],
    ['ends with 42', shell('exit 42'), 42, null],
    ['ends with 200', shell('exit 200'), 200, null],
    ['ends with 255', shell('exit 255'), 255, null],
    ['is not there', ['/no/such/program'] as const, 127, null],
    ['may not be executed', ['/etc/passwd'] as const, 126, null],
    ['is killed', shell('kill -KILL $$'), 137, 'SIGKILL'],
    ['is terminated', shell('kill -TERM $$'), 143, 'SIGTERM'],
  ])('records how a program that %s ended', async (_, argv, code, signal) => {
    const held = hold({ argv });
    held.run.release();
    expect(await held.run.gone).toEqual({ code, signal: null });
    const exit = held.exit();
    expect(exit).toMatchObject({ code, signal });
    expect(Math.abs(Date.parse(exit?.endedAt ?? '') - Date.now())).toBeLessThan(5000);
    if (code === 127) expect(held.log()).toContain('/no/such/program');
  });

  test('appends what the program says on either output to the log', async () => {
    const held = hold({ argv: shell('echo out; echo err >&2; echo out again') });
    held.run.release();
    await held.run.gone;
    expect(held.log()).toBe('out\nerr\nout again\n');
  });

  test.each([
    ['empty', Buffer.alloc(0)],
    ['without a line end', Buffer.from('no end')],
    ['with all that a shell might act on', Buffer.from('$(touch x) `touch y` "q" \'s\' \\ %PATH% \n\0\r\nend\n')],
    ['of a megabyte', randomBytes(1024 * 1024)],
  ])('gives the program a prompt %s byte for byte', async (_, prompt) => {
    const held = hold({ argv: shell('sha256sum'), input: prompt });
    held.run.release();
    await held.run.gone;
    expect(held.log().slice(0, 64)).toBe(sha256(prompt));
  });

  test('gives every argument and variable byte for byte, and runs none of them', async () => {
    const hostile = [
      '',
      ' ',
      "it's",
      '"',
      '$(touch x)',
      '`touch y`',
      '\\',
      'a\nb',
      '*',
      '-n',
      '; touch z',
      '🦀',
      "'\\''",
    ];
    const print = shell('printf "%s\\0" "$ODD" "$@" > out').concat('name', ...hostile) as unknown as [string];
    const held = hold({ argv: print, env: { ODD: hostile.join('|') } });
    held.run.release();
    await held.run.gone;
    expect(readFileSync(join(held.folder, 'out'), 'utf8').split('\0').slice(0, -1)).toEqual([
      hostile.join('|'),
      ...hostile,
    ]);
    expect(readdirSync(held.folder).sort()).toEqual(['attempt', 'log', 'out', 'prompt.md']);
  });

  /** Variables that a shell keeps for itself: they are read-only there, or mean something, or refuse a value. */
  const kept = {
    UID: '12',
    EUID: '13',
    PPID: '14',
    GROUPS: '15',
    BASHOPTS: 'x',
    SHELLOPTS: 'errexit',
    BASH_VERSINFO: '16',
    RANDOM: '17',
    SECONDS: '18',
    LINENO: '19',
    OPTIND: 'x',
    IFS: '0123',
    CDPATH: '/',
  };

  test('gives variables that a shell keeps for itself byte for byte, too', async () => {
    const print = [process.execPath, '-e', 'console.log(JSON.stringify(process.env)); process.exit(31)'] as const;
    const held = hold({ argv: print, env: { ODD: "it's", ...kept } });
    held.run.release();
    await held.run.gone;
    expect(JSON.parse(held.log() || '{}')).toMatchObject({ ODD: "it's", ...kept });
    expect(held.exit()).toMatchObject({ code: 31 });
  });

  test('is not changed by what it inherits', async () => {
    const held = hold({
      argv: shell('exit 23'),
      inherited: { ...kept, OPTIND: '3', SHELLOPTS: 'errexit:nounset:noclobber' },
    });
    held.run.release();
    await held.run.gone;
    expect(held.exit()).toMatchObject({ code: 23 });
  });

  test('starts a program whose path looks like a variable', async () => {
    const folder = join(temporaryFolder(), 'a=b');
    mkdirSync(folder);
    symlinkSync('/bin/sh', join(folder, 'program'));
    const held = hold({ argv: [join(folder, 'program'), '-c', 'echo it runs'], env: { UID: '12' } });
    held.run.release();
    await held.run.gone;
    expect(held.log()).toBe('it runs\n');
  });

  test('starts the program in its folder; one that is gone is exit 126, and the program does not begin elsewhere', async () => {
    const folder = temporaryFolder();
    const here = hold({ argv: shell('pwd'), cwd: folder });
    here.run.release();
    await here.run.gone;
    expect(here.log()).toBe(`${folder}\n`);
    const gone = hold({ argv: shell('pwd'), cwd: join(folder, 'missing') });
    gone.run.release();
    await gone.run.gone;
    expect(gone.exit()).toMatchObject({ code: 126 });
    expect(gone.log()).toBe('');
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    'sent to the group %s ends the program, which has not inherited a handler, and the gate survives to record it',
    async (signal) => {
      const held = hold({ argv: ['/bin/sh', '-c', 'echo ready; exec sleep 60'] });
      held.run.release();
      await held.said('ready');
      process.kill(-held.run.identity.pid, signal);
      expect((await held.run.gone).signal).toBeNull();
      expect(held.exit()).toMatchObject({ signal });
    },
  );

  test('sent to the group a signal reaches a program that handles it, and its own exit code is recorded', async () => {
    const held = hold({ argv: shell('trap "echo asked; exit 9" TERM; echo ready; while :; do sleep 0.02; done') });
    held.run.release();
    await held.said('ready');
    process.kill(-held.run.identity.pid, 'SIGTERM');
    await held.run.gone;
    expect(held.log()).toContain('asked');
    expect(held.exit()).toMatchObject({ code: 9, signal: null });
  });

  test('outlives whatever the agent sends to its own group and handles itself, and records the exit', async () => {
    const signals = ['USR1', 'USR2', 'ALRM', 'PIPE', 'VTALRM', 'PROF', 'XCPU', 'XFSZ', 'IO', 'PWR'].map(
      (name) => `SIG${name}`,
    );
    const script = `const left = new Set(${JSON.stringify(signals)});
      for (const signal of left) process.on(signal, () => left.delete(signal) && left.size === 0 && process.exit(5));
      for (const signal of left) process.kill(0, signal);
      setInterval(() => undefined, 1000);`;
    const held = hold({ argv: [process.execPath, '-e', script] });
    held.run.release();
    await held.run.gone;
    expect(held.exit()).toMatchObject({ code: 5, signal: null });
  });

  test.each([
    ['prompt', (order: LaunchOrder) => ({ ...order, inputFile: '/no/such/prompt.md' })],
    ['log', (order: LaunchOrder) => ({ ...order, logFile: '/no/such/log' })],
  ])('says 126, and no code of the agent, where its %s cannot be opened', async (what, change) => {
    const held = hold({ argv: shell('touch began; exit 3'), change });
    held.run.release();
    expect((await held.run.gone).code).toBe(126);
    expect(held.exit()).toMatchObject({ code: 126, signal: null });
    expect(existsSync(join(held.folder, 'began'))).toBe(false);
    if (what === 'prompt') expect(held.log()).toContain('/no/such/prompt.md cannot be opened');
  });

  test('records the exit also while its group is signalled without pause', async () => {
    const held = hold({ argv: shell('exec sleep 300') });
    held.run.release();
    await waitFor('it began', () => held.isClaimed());
    let isGone = false;
    const gone = held.run.gone.finally(() => (isGone = true));
    // Between two turns the gate has time enough to start something, and not enough for it to come to an end.
    while (!isGone) {
      signalQuietly(-held.run.identity.pid, 'SIGTERM');
      await setImmediate();
    }
    await gone;
    expect(held.exit()).toMatchObject({ code: 143, signal: 'SIGTERM' });
  });
});

describe('an exit record', () => {
  test.each(['', '{"code":', '{"code":"0"}', '{}', '\0\0\0'])('%j is none', (text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'exit.json'), text);
    expect(readExitRecord(folder)).toBeNull();
  });

  test('that is not there is none', () => expect(readExitRecord(temporaryFolder())).toBeNull());
});

describe('a claim', () => {
  test.each([
    ['123\n', 123],
    ['', null],
    ['windows', null],
    ['-4', null],
  ])('that holds %j was made, by %j', (text, pid) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'claim'), text);
    expect(readClaim(folder)).toEqual({ is: 'claimed', pid });
  });

  test('that is not there was not made', () => expect(readClaim(temporaryFolder())).toEqual({ is: 'absent' }));
});
