import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useState } from 'react';
import { createDraftStore } from '../../client/draft-store.ts';
import { planNumbers } from '../../selectors/plan-draft.ts';
import { parsePlan, withSplit } from '../../selectors/plan-input.ts';
import { type PlanDraft, PlanTool } from '../../views/balance/plan-tool.tsx';
import { PlanResult } from '../../views/balance/plan-result.tsx';
import { Deployment } from './deployment.tsx';
import { usePlan } from './use-plan.ts';
import type { BalanceSettings } from '../../selectors/balance-groups.ts';

const drafts = createDraftStore('ziggie.plan-draft', () => window.sessionStorage);

const emptyDraft: PlanDraft = {
  text: '',
  workers: '3',
  maxShare: '',
  maxRatio: '',
  parent: '',
  runtime: '',
  group: 'plan',
  template: 'You are worker {worker} of {workers}. Your tasks, {share} of the work:\n\n{tasks}\n\nDo them, and report.',
};

/** The plan tool with its draft, which a reload keeps. */
export function Plan({ settings }: { readonly settings: BalanceSettings }): ReactNode {
  const [written, setWritten] = useState<PlanDraft>(() => drafts.read(emptyDraft));
  useEffect(() => drafts.write(written), [written]);
  const onChange = useCallback(
    (part: Partial<PlanDraft>): void => setWritten((before) => ({ ...before, ...part })),
    [],
  );
  const onSplit = useCallback(
    (task: string, weights: readonly number[]): void =>
      setWritten((before) => ({ ...before, text: withSplit(before.text, task, weights) })),
    [],
  );
  // Until somebody writes others, the limits are the coordinator's.
  const draft = {
    ...written,
    maxShare: written.maxShare === '' ? String(Number((settings.max_share * 100).toPrecision(6))) : written.maxShare,
    maxRatio: written.maxRatio === '' ? String(settings.max_ratio) : written.maxRatio,
  };
  // Thousands of lines are read after the letter is on screen.
  const text = useDeferredValue(written.text);
  const { tasks, problems } = useMemo(() => parsePlan(text), [text]);
  const numbers = useMemo(
    () => planNumbers({ workers: draft.workers, maxShare: draft.maxShare, maxRatio: draft.maxRatio }),
    [draft.workers, draft.maxShare, draft.maxRatio],
  );
  const { plan, behind: isPlanBehind } = usePlan(tasks, numbers.workers, numbers.rules);
  const behind = isPlanBehind || text !== written.text;
  return (
    <PlanTool
      draft={draft}
      problems={problems}
      wrong={numbers.wrong}
      onChange={onChange}
      result={
        <PlanResult
          plan={plan}
          maxShare={numbers.rules?.max_share ?? settings.max_share}
          behind={behind}
          onSplit={onSplit}
        />
      }
      deployment={<Deployment plan={plan} behind={behind} draft={draft} onChange={onChange} />}
    />
  );
}
