import { type ReactNode, useId, useState } from 'react';
import { Button, Input } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import type { ConfigProblem } from '../../../protocol/checked-config.ts';
import { Problems } from './field-row.tsx';

interface RuntimeEnvironmentProps {
  readonly of: string;
  /** Names and values; of values nothing is shown. */
  readonly value: unknown;
  readonly problems: readonly ConfigProblem[];
  /** undefined: none is left. */
  readonly onChange: (value: unknown) => void;
}

/** Environment variables of a runtime. They may be secrets: a value can be replaced, and never be read here. */
export function RuntimeEnvironment({ of, value, problems, onChange }: RuntimeEnvironmentProps): ReactNode {
  const id = useId();
  const [name, setName] = useState('');
  const [secret, setSecret] = useState('');
  const known = new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
  const put = (next: ReadonlyMap<string, unknown>): void =>
    onChange(next.size === 0 ? undefined : Object.fromEntries(next));
  const add = (): void => {
    if (name === '') return;
    put(new Map([...known, [name, secret]]));
    setName('');
    setSecret('');
  };
  return (
    <fieldset className="runtime-field runtime-env">
      <legend>Environment</legend>
      {[...known.keys()].map((variable) => (
        <div key={variable} className="runtime-variable">
          <bdi className="mono">{variable}</bdi>
          <span className="runtime-note">its value is not shown</span>
          <Button
            size="small"
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={`Remove ${variable} of ${of}`}
            onClick={() => put(new Map([...known].filter(([other]) => other !== variable)))}
          />
        </div>
      ))}
      <div className="runtime-variable">
        <Input
          size="small"
          spellCheck={false}
          className="mono"
          placeholder="NAME"
          aria-label={`Name of a variable of ${of}`}
          value={name}
          onChange={(_, { value: next }) => setName(next)}
        />
        <Input
          size="small"
          type="password"
          autoComplete="off"
          placeholder="value"
          aria-label={`Value of the variable of ${of}`}
          value={secret}
          onChange={(_, { value: next }) => setSecret(next)}
        />
        <Button size="small" disabled={name === ''} onClick={add}>
          {known.has(name) ? 'Replace' : 'Set'}
        </Button>
      </div>
      <Problems id={id} problems={problems} of="" />
    </fieldset>
  );
}
