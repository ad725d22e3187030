/** Seeded faults of ordering, identity and rights: each must be noticed by a test of `npm test`. */
import { expect, onTestFinished, test } from 'vitest';
import { admissionMutants } from './mutants/admission.ts';
import { doorMutants } from './mutants/doors.ts';
import { ledgerMutants } from './mutants/ledger.ts';
import { processMutants } from './mutants/process.ts';
import { MutatedCopy } from './rig/mutated-copy.ts';
import { amount, figures, repeatWith } from './rig/tier.ts';

const all = [...ledgerMutants, ...processMutants, ...admissionMutants, ...doorMutants];
/** In the CI tier a few that need no build; all others are still checked for being up to date. */
const tried = amount({
  ci: all.filter(({ tests }) => tests.every((file) => file.startsWith('test/unit/'))),
  full: all,
});
const chosen = amount({
  ci: [0, 1, 2].flatMap((nth) => tried[Math.floor((nth * tried.length) / 3)] ?? []),
  full: tried,
});

test.skipIf(process.platform !== 'linux')('every seeded fault is noticed', () => {
  const copy = new MutatedCopy();
  onTestFinished(() => copy.remove());
  const faults: string[] = all.flatMap((mutant) => copy.staleness(mutant) ?? []);
  // Tests that fail anyway would notice everything.
  const asItIs = copy.run([...new Set(chosen.flatMap(({ tests }) => tests))]);
  if (asItIs.is !== 'passed') faults.push(`without any fault: ${JSON.stringify(asItIs)}`);
  let caught = 0;
  for (const mutant of faults.length > 0 ? [] : chosen) {
    const verdict = copy.judge(mutant);
    if (verdict.is === 'failed') caught += 1;
    if (verdict.is === 'passed') faults.push(`"${mutant.name}" (${mutant.file}) survived ${mutant.tests.join(', ')}`);
    if (verdict.is === 'broken') faults.push(`"${mutant.name}" tells nothing: ${verdict.output.slice(-2000)}`);
  }
  expect(faults, repeatWith('mutants')).toEqual([]);
  figures('mutants', { 'seeded faults noticed': caught, known: all.length, stale: 0 });
});
