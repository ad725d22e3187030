import { expect, test } from 'vitest';
import { jobName } from '../../../../main/coordinator/process/windows/job.ts';

const run = { agentId: 'L2-x-1', attempt: 3, nonce: '0123456789-abc' };

test('names the root, the agent, the attempt and the start, and is a valid name of a kernel object', () => {
  const name = jobName(String.raw`C:\Users\ada\.ziggie`, run);
  expect(name).toMatch(/^Local\\ziggie-[0-9a-f]{16}-L2-x-1-3-01234567$/);
  expect(name.slice('Local\\'.length)).not.toContain('\\');
});

test('differs by each of them', () => {
  const names = [
    jobName('a', run),
    jobName('b', run),
    jobName('a', { ...run, agentId: 'L2-x-2' }),
    jobName('a', { ...run, attempt: 4 }),
    jobName('a', { ...run, nonce: 'f123456789' }),
  ];
  expect(new Set(names).size).toBe(names.length);
});
