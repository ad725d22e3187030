/** This very process with few descriptors left, as the system has it (Linux, needs `prlimit`). */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { onTestFinished } from 'vitest';

const setSoftLimit = (soft: string): boolean =>
  spawnSync('prlimit', ['--pid', String(process.pid), `--nofile=${soft}:`]).status === 0;

export const canLimitDescriptors = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

/** No more than so many beyond those that are open, until the test is over. */
export function limitDescriptors(more: number): void {
  const shown = spawnSync('prlimit', ['--pid', String(process.pid), '--nofile', '--output=SOFT', '--noheadings']);
  const before = shown.stdout.toString().trim();
  onTestFinished(() => void setSoftLimit(before));
  const open = readdirSync('/proc/self/fd').length;
  if (!setSoftLimit(String(open + more))) throw new Error('prlimit did not lower the limit');
}

/** Takes all that are left. Returns what gives them back; at the end of the test it is called at the latest. */
export function takeAllDescriptors(): () => void {
  const taken: number[] = [];
  const giveBack = (): void => {
    for (const descriptor of taken.splice(0)) closeSync(descriptor);
  };
  onTestFinished(giveBack);
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EMFILE')) throw error;
  }
  return giveBack;
}
