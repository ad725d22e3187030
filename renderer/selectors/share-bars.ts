/** A bar of shares: parts from the largest to the smallest, so that the limit drawn through it cuts the one that is too large. */
import { smallestGroup } from '../../protocol/balance.ts';

export interface BarPart {
  /** What the part leads to; null: nothing. */
  readonly agentId: string | null;
  readonly name: string;
  /** Fraction of 1. */
  readonly share: number;
  /** `still to come` are shares that nobody has taken yet. */
  readonly kind: 'kept' | 'over' | 'open';
}

/** Sums of fractions are off by some last digits. */
const slack = 1e-9;

/** `35 %`, `33.4 %`: three digits at most. */
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** What is still to come stands at the end. `count`: how many the limit is judged for; below three it does not count. */
export function barOf(
  shares: readonly { readonly agentId: string | null; readonly name: string; readonly share: number }[],
  count: number,
  maxShare: number,
): readonly BarPart[] {
  const kindOf = (agentId: string | null, share: number): BarPart['kind'] => {
    if (agentId === openPlace) return 'open';
    return count >= smallestGroup && share > maxShare + slack ? 'over' : 'kept';
  };
  return [...shares]
    .sort((a, b) => Number(a.agentId === openPlace) - Number(b.agentId === openPlace) || b.share - a.share)
    .map(({ agentId, name, share }) => ({
      agentId: agentId === openPlace ? null : agentId,
      name,
      share,
      kind: kindOf(agentId, share),
    }));
}

/** Stands in the place of an agent that is still to come. */
export const openPlace = '';

/** The bar in one sentence, for screen readers. */
export const barWords = (parts: readonly BarPart[]): string =>
  parts.map(({ name, share, kind }) => `${name} ${percent(share)}${kind === 'over' ? ' (too much)' : ''}`).join(', ');
