import { type ReactNode, useId, useState } from 'react';
import { Button, Input, Select } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { type FieldState, problemsAt } from '../../selectors/settings/draft.ts';
import {
  nameTrouble,
  type RuntimeKind,
  runtimeKinds,
  type RuntimeRow,
  runtimeRows,
  withRuntime,
} from '../../selectors/settings/runtimes.ts';
import { ChangeNote, Problems, RestartNote } from './field-row.tsx';
import { RuntimeEntry } from './runtime-entry.tsx';

interface RuntimeListProps {
  readonly state: FieldState;
  readonly onChange: (value: unknown) => void;
}

/** The programs that agents can run on: each with its kind, command and arguments. */
export function RuntimeList({ state, onChange }: RuntimeListProps): ReactNode {
  const id = useId();
  const { field, value, problems } = state;
  const rows = runtimeRows(value);
  const own = problems.filter(({ path }) => !rows.some(({ name }) => path.startsWith(`runtimes.${name}`)));
  return (
    <div className="setting-runtimes" data-path={field.path} data-unsaved={state.isUnsaved}>
      <p className="setting-lead">{field.effect}</p>
      <RestartNote state={state} />
      <Problems id={id} problems={own} of={field.path} />
      <ul>
        {rows.map((row) => (
          <li key={row.name}>
            <RuntimeEntry
              row={row}
              problems={problemsAt(problems, `runtimes.${row.name}`)}
              onChange={(entry) => onChange(withRuntime(value, row.name, entry))}
            />
          </li>
        ))}
      </ul>
      <NewRuntime rows={rows} onAdd={(name, kind) => onChange(withRuntime(value, name, { kind }))} />
      <ChangeNote state={state} onReset={() => onChange(undefined)} />
    </div>
  );
}

interface NewRuntimeProps {
  readonly rows: readonly RuntimeRow[];
  readonly onAdd: (name: string, kind: RuntimeKind) => void;
}

function NewRuntime({ rows, onAdd }: NewRuntimeProps): ReactNode {
  const id = useId();
  const [name, setName] = useState('');
  const [kind, setKind] = useState<RuntimeKind>('command');
  const trouble = name === '' ? null : nameTrouble(name, rows);
  const add = (): void => {
    if (nameTrouble(name, rows) !== null) return;
    onAdd(name, kind);
    setName('');
  };
  return (
    <div className="runtime-new">
      <Input
        size="small"
        value={name}
        placeholder="Name"
        aria-label="Name of a new runtime"
        aria-describedby={id}
        aria-invalid={trouble !== null || undefined}
        onChange={(_, { value }) => setName(value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          add();
        }}
      />
      <Select
        size="small"
        aria-label="Kind of the new runtime"
        value={kind}
        onChange={(_, { value }) => setKind(runtimeKinds.find((known) => known === value) ?? 'command')}
      >
        {runtimeKinds.map((known) => (
          <option key={known}>{known}</option>
        ))}
      </Select>
      <Button size="small" icon={<AddRegular />} disabled={name === '' || trouble !== null} onClick={add}>
        Add runtime
      </Button>
      <span id={id} className="setting-problems" aria-live="polite">
        {trouble}
      </span>
    </div>
  );
}
