import type { ReactNode } from 'react';
import { Button, Field, Input, MessageBar, MessageBarBody, Select, Textarea } from '@fluentui/react-components';
import type { ParentChoice } from '../../selectors/plan-deployment.ts';
import { visibleLines } from '../../selectors/visible-text.ts';
import type { PlanDraft } from './plan-tool.tsx';

interface PlanDeploymentProps {
  readonly draft: PlanDraft;
  /** What the first worker is told; null: there is no worker yet. */
  readonly preview: string | null;
  readonly parents: readonly ParentChoice[];
  readonly runtimes: readonly string[];
  /** Named where the coordinator's default is meant. */
  readonly defaultRuntime: string;
  /** What keeps it from being deployed; null: nothing does. */
  readonly obstacle: string | null;
  /** Why the coordinator refused the last time, in its words. */
  readonly refusal: string | null;
  readonly disabled: boolean;
  readonly onChange: (part: Partial<PlanDraft>) => void;
  readonly onDeploy: () => void;
}

/** In characters: enough to see how the template reads. */
const mostPreviewed = 4000;

/** Under whom, with what and how the plan is carried out. */
export function PlanDeployment(props: PlanDeploymentProps): ReactNode {
  const { draft, preview, obstacle, refusal, disabled, onChange, onDeploy } = props;
  return (
    <div className="plan-deploy">
      <Where {...props} />
      <Field
        label="Prompt of each worker"
        hint="{tasks}, {worker}, {workers} and {share} are filled in"
        size="small"
        className="plan-prompt"
      >
        <Textarea
          size="small"
          rows={5}
          resize="vertical"
          value={draft.template}
          onChange={(_, { value }) => onChange({ template: value })}
        />
      </Field>
      {preview !== null && (
        <details className="plan-first">
          <summary>What the first worker is told</summary>
          <pre className="mono" tabIndex={0} aria-label="Prompt of the first worker">
            {visibleLines(preview.slice(0, mostPreviewed))}
            {preview.length > mostPreviewed && ' …'}
          </pre>
        </details>
      )}
      {refusal !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>
            Nothing was deployed: <bdi>{refusal}</bdi>
          </MessageBarBody>
        </MessageBar>
      )}
      <Button
        className="plan-deploy-button"
        size="small"
        appearance="primary"
        disabled={disabled || obstacle !== null}
        onClick={onDeploy}
      >
        Deploy this plan …
      </Button>
      {obstacle !== null && <p className="plan-hint">{obstacle}</p>}
    </div>
  );
}

function Where({ draft, parents, runtimes, defaultRuntime, onChange }: PlanDeploymentProps): ReactNode {
  return (
    <>
      <Field label="Below" size="small">
        <Select size="small" value={draft.parent} onChange={(_, { value }) => onChange({ parent: value })}>
          <option value="">nobody: at the top, deployed by you</option>
          {parents.map(({ id, words }) => (
            <option key={id} value={id}>
              {words}
            </option>
          ))}
        </Select>
      </Field>
      <div className="plan-fields">
        <Field label="Runtime" size="small">
          <Select size="small" value={draft.runtime} onChange={(_, { value }) => onChange({ runtime: value })}>
            <option value="">{defaultRuntime === '' ? 'default' : `default (${defaultRuntime})`}</option>
            {runtimes.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <Field label="Group" size="small">
          <Input
            size="small"
            value={draft.group}
            maxLength={128}
            onChange={(_, { value }) => onChange({ group: value })}
          />
        </Field>
      </div>
    </>
  );
}
