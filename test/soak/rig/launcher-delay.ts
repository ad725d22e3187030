/**
 * Makes every gate late, without a hook in the product: the coordinator runs in a mount namespace where `/bin/sh` is a
 * wrapper that waits up to 200 ms before it becomes the real shell. That opens the time between "let go" and "claimed",
 * in which a crash is most dangerous and which is otherwise too short for random kills to hit.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface LauncherDelay {
  /** For `launch({ through })`; empty where this machine does not allow it. */
  readonly through: readonly string[];
  /** Null, or why there is no delay. */
  readonly missing: string | null;
  remove(): void;
}

/** Only the gate is late: agents are `sh`, too. */
const wrapper = (shell: string): string => `#!${shell}
if [ "$2" = ziggie-gate ]; then
  delay=$((($$ * 7919) % 200))
  [ "$delay" -ge 100 ] || delay="0$delay"
  [ "\${#delay}" -ge 3 ] || delay="0$delay"
  sleep "0.$delay"
fi
exec ${shell} "$@"
`;

export function launcherDelay(): LauncherDelay {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-late-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const shell = join(folder, 'real-sh');
  const late = join(folder, 'late-sh');
  copyFileSync('/bin/sh', shell); // What the link leads to.
  writeFileSync(late, wrapper(shell));
  for (const file of [shell, late]) chmodSync(file, 0o755);
  const command = [shell, '-c', `mount --bind ${late} /bin/sh && exec "$@"`, 'late'];
  const failures: string[] = [];
  for (const options of [['--mount'], ['--mount', '--user', '--map-root-user']]) {
    const through = ['unshare', ...options, ...command];
    const tried = spawnSync(through[0] ?? '', [...through.slice(1), 'true'], { encoding: 'utf8' });
    if (tried.status === 0) return { through, missing: null, remove };
    failures.push(tried.error?.message ?? tried.stderr.trim());
  }
  return { through: [], missing: `no mount namespace of one's own here: ${failures.join('; ')}`, remove };
}
