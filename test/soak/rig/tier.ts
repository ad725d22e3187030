/** How much a scenario does. `ci` is a step of `npm test`; `full` is what `npm run soak` does when it is not told otherwise. */
import { Random } from './random.ts';

export type Tier = 'ci' | 'full';

export const tier: Tier = process.env['ZIGGIE_SOAK_TIER'] === 'full' ? 'full' : 'ci';

/** Repeats a run: the same seed makes the same choices, though the machine's timing stays its own. */
export const seed = Number(process.env['ZIGGIE_SOAK_SEED'] ?? '1');

export const amount = <T>(of: { readonly ci: T; readonly full: T }): T => of[tier];

/** Every scenario draws from a source of its own, so that leaving one out changes nothing for the others. */
export const randomFor = (scenario: string): Random => new Random(`${scenario} ${seed}`);

/** The line a scenario ends with. */
export function figures(scenario: string, counts: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
  console.log(`soak ${scenario.padEnd(10)} ${text} (tier ${tier}, seed ${seed})`);
}

/** What a failure must say besides what was seen. */
export const repeatWith = (scenario: string): string =>
  `Repeat with: npm run soak -- ${scenario} --tier ${tier} --seed ${seed}`;
