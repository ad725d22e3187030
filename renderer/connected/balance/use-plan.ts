import { useEffect, useMemo, useRef, useState } from 'react';
import type { BalanceRules } from '../../../protocol/balance.ts';
import type { PlanAnswer } from '../../../protocol/plan.ts';
import { planWork } from '../../../protocol/planning.ts';
import type { PlanTask } from '../../selectors/plan-input.ts';

export interface Planned {
  /** null: there is nothing to plan. */
  readonly plan: PlanAnswer | null;
  /** The plan is not of what is written now: it follows when the writer pauses. */
  readonly behind: boolean;
}

/** A plan that took longer than this waits for a pause in the typing, the next time. */
const quickMs = 30;
const pauseMs = 250;

/** The assignment of what is written: at each keystroke as long as that is quick, which it is but for hundreds of tasks. */
export function usePlan(tasks: readonly PlanTask[], workers: number | null, rules: BalanceRules | null): Planned {
  const took = useRef(0);
  const asked = useMemo(() => ({ tasks, workers, rules }), [tasks, workers, rules]);
  const [done, setDone] = useState<{ readonly asked: typeof asked; readonly plan: PlanAnswer | null } | null>(null);
  useEffect(() => {
    const timer = setTimeout(
      () => {
        const began = performance.now();
        const plan =
          asked.tasks.length === 0 || asked.workers === null || asked.rules === null
            ? null
            : planWork(asked.tasks, asked.workers, asked.rules);
        took.current = performance.now() - began;
        setDone({ asked, plan });
      },
      took.current > quickMs ? pauseMs : 0,
    );
    return () => clearTimeout(timer);
  }, [asked]);
  return { plan: done?.plan ?? null, behind: done?.asked !== asked };
}
