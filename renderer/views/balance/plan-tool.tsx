import type { ReactNode } from 'react';
import { Field, Input, Textarea } from '@fluentui/react-components';
import type { LineProblem } from '../../selectors/plan-input.ts';
import './plan.css';

/** What the person has written; as text, since what is half typed is no number yet. */
export interface PlanDraft {
  readonly text: string;
  readonly workers: string;
  /** Percent. */
  readonly maxShare: string;
  readonly maxRatio: string;
  readonly parent: string;
  readonly runtime: string;
  readonly group: string;
  readonly template: string;
}

interface PlanToolProps {
  readonly draft: PlanDraft;
  readonly problems: readonly LineProblem[];
  /** What is wrong with a number; '' for nothing. */
  readonly wrong: { readonly workers: string; readonly maxShare: string; readonly maxRatio: string };
  readonly onChange: (part: Partial<PlanDraft>) => void;
  readonly result: ReactNode;
  readonly deployment: ReactNode;
}

/** Tasks in, assignment out, then deployed. */
export function PlanTool({ draft, problems, wrong, onChange, result, deployment }: PlanToolProps): ReactNode {
  return (
    <section className="plan" aria-label="Plan tool">
      <h3>Plan tool</h3>
      <Field label="Tasks, one a line: name and weight" size="small" className="plan-tasks">
        <Textarea
          size="small"
          rows={7}
          resize="vertical"
          value={draft.text}
          placeholder={'sprites 50\nsounds, 30\nlevels 20'}
          spellCheck={false}
          onChange={(_, { value }) => onChange({ text: value })}
        />
      </Field>
      {problems.length > 0 && <Problems problems={problems} />}
      <div className="plan-fields plan-numbers">
        <NumberField
          label="Workers"
          value={draft.workers}
          wrong={wrong.workers}
          onChange={(workers) => onChange({ workers })}
        />
        <NumberField
          label="Largest share, %"
          value={draft.maxShare}
          wrong={wrong.maxShare}
          onChange={(maxShare) => onChange({ maxShare })}
        />
        <NumberField
          label="Ratio below"
          value={draft.maxRatio}
          wrong={wrong.maxRatio}
          onChange={(maxRatio) => onChange({ maxRatio })}
        />
      </div>
      {result}
      {deployment}
    </section>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: string;
  readonly wrong: string;
  readonly onChange: (value: string) => void;
}

function NumberField({ label, value, wrong, onChange }: NumberFieldProps): ReactNode {
  const message = wrong === '' ? {} : ({ validationState: 'error', validationMessage: wrong } as const);
  return (
    <Field label={label} size="small" {...message}>
      <Input size="small" inputMode="decimal" value={value} onChange={(_, data) => onChange(data.value)} />
    </Field>
  );
}

function Problems({ problems }: Pick<PlanToolProps, 'problems'>): ReactNode {
  return (
    <ul className="plan-problems" aria-label="Lines that are left out">
      {problems.slice(0, 50).map(({ line, message }) => (
        <li key={line}>
          line {line}: <bdi>{message}</bdi>
        </li>
      ))}
      {problems.length > 50 && <li>and {problems.length - 50} more</li>}
    </ul>
  );
}
