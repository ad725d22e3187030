/** Numbers of the plan tool, from what was typed. */
import type { BalanceRules } from '../../protocol/balance.ts';

export interface PlanNumbers {
  /** null: what was typed is no number of workers. */
  readonly workers: number | null;
  readonly rules: BalanceRules | null;
  readonly wrong: { readonly workers: string; readonly maxShare: string; readonly maxRatio: string };
}

interface Typed {
  readonly workers: string;
  /** Percent; '' takes the coordinator's. */
  readonly maxShare: string;
  readonly maxRatio: string;
}

const mostWorkers = 100;

export function planNumbers({ workers, maxShare, maxRatio }: Typed): PlanNumbers {
  const count = numberIn(workers);
  const share = numberIn(maxShare);
  const ratio = numberIn(maxRatio);
  const isCount = count !== null && Number.isInteger(count) && count >= 1 && count <= mostWorkers;
  const isShare = share !== null && share > 0 && share <= 100;
  const isRatio = ratio !== null && ratio >= 1;
  return {
    workers: isCount ? count : null,
    rules: isShare && isRatio ? { max_share: share / 100, max_ratio: ratio } : null,
    wrong: {
      workers: isCount ? '' : `1 to ${mostWorkers}`,
      maxShare: isShare ? '' : 'above 0, at most 100',
      maxRatio: isRatio ? '' : '1 or more',
    },
  };
}

function numberIn(text: string): number | null {
  const plain = text.trim().replace('%', '').replace(',', '.').trim();
  const value = Number(plain);
  return plain === '' || !Number.isFinite(value) ? null : value;
}
