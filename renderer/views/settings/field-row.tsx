import { type ReactNode, useId } from 'react';
import { Button } from '@fluentui/react-components';
import { ArrowResetRegular } from '@fluentui/react-icons/svg/arrow-reset';
import type { ConfigProblem } from '../../../protocol/checked-config.ts';
import { type FieldState } from '../../selectors/settings/draft.ts';
import { nothingSet, textOf } from '../../selectors/settings/field-text.ts';
import { StatusShape } from '../status-shape.tsx';
import { FieldControl } from './field-control.tsx';

interface FieldRowProps {
  readonly state: FieldState;
  readonly onChange: (value: unknown) => void;
}

/** One setting: what it is called, what it does, its default, and what is wrong with what stands in it. */
export function FieldRow({ state, onChange }: FieldRowProps): ReactNode {
  const id = useId();
  const { field, value, problems, isChanged, isUnsaved } = state;
  const [effectId, problemId] = [`${id}-effect`, `${id}-problem`];
  return (
    <div className="setting" data-path={field.path} data-changed={isChanged} data-unsaved={isUnsaved}>
      <div className="setting-words">
        <label htmlFor={id}>{field.label}</label>
        <span className="setting-path mono">{field.path}</span>
        <p id={effectId}>
          {field.effect} <span className="setting-default">Default: {defaultWords(state)}.</span>
        </p>
        <RestartNote state={state} />
      </div>
      <div className="setting-box">
        <FieldControl
          id={id}
          kind={field.kind}
          value={value}
          default={state.default}
          unit={field.unit}
          describedBy={`${effectId} ${problemId}`}
          isWrong={problems.length > 0}
          onChange={onChange}
        />
        <Problems id={problemId} problems={problems} of={field.path} />
        <ChangeNote state={state} onReset={() => onChange(undefined)} />
      </div>
    </div>
  );
}

export function RestartNote({ state: { field, inForce } }: { readonly state: FieldState }): ReactNode {
  if (field.restart !== true) return null;
  return (
    <p className="setting-restart">
      <StatusShape shape="clock" tone={inForce === null ? 'neutral' : 'warning'} />
      {inForce === null ? (
        'Takes effect at the coordinator’s next start.'
      ) : (
        <span>
          Waits for the coordinator’s next start; in force until then: <bdi>{inForce}</bdi>
        </span>
      )}
    </p>
  );
}

interface ProblemsProps {
  readonly id: string;
  readonly problems: readonly ConfigProblem[];
  /** What is wrong inside of it says where. */
  readonly of: string;
}

export function Problems({ id, problems, of }: ProblemsProps): ReactNode {
  return (
    <div id={id} className="setting-problems" aria-live="polite">
      {problems.map(({ path, message, sentence }) => (
        <p key={sentence}>
          <StatusShape shape="cross" tone="bad" /> <bdi>{path === of ? message : sentence}</bdi>
        </p>
      ))}
    </div>
  );
}

export function ChangeNote({
  state: { field, isChanged, isUnsaved },
  onReset,
}: {
  readonly state: FieldState;
  readonly onReset: () => void;
}): ReactNode {
  if (!isChanged && !isUnsaved) return null;
  return (
    <div className="setting-change">
      <span>{isUnsaved ? 'not saved yet' : 'changed'}</span>
      {isChanged && (
        <Button
          size="small"
          appearance="transparent"
          icon={<ArrowResetRegular />}
          aria-label={`Reset to default: ${field.label}`}
          onClick={onReset}
        >
          Reset to default
        </Button>
      )}
    </div>
  );
}

function defaultWords({ field, default: usual }: FieldState): string {
  if (usual === null) return nothingSet(field.kind);
  if (typeof usual === 'boolean') return usual ? 'on' : 'off';
  const text = textOf(field.kind, usual).replaceAll('\n', ', ');
  if (text === '') return 'none';
  return field.unit === null ? text : `${text} ${field.unit}`;
}
