import { type ReactNode, useId } from 'react';
import { Button, Input, Select, Textarea } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import type { ConfigProblem } from '../../../protocol/checked-config.ts';
import { problemsAt } from '../../selectors/settings/draft.ts';
import { textOf, valueFrom } from '../../selectors/settings/field-text.ts';
import { runtimeKinds, type RuntimeRow, withField, withKind } from '../../selectors/settings/runtimes.ts';
import { Problems } from './field-row.tsx';
import { RuntimeEnvironment } from './runtime-environment.tsx';

type Entry = RuntimeRow['entry'];

interface RuntimeEntryProps {
  readonly row: RuntimeRow;
  readonly problems: readonly ConfigProblem[];
  /** null: the entry is taken out. */
  readonly onChange: (entry: Entry | null) => void;
}

/** One runtime. What its kind does not have is not shown. */
export function RuntimeEntry({ row, problems, onChange }: RuntimeEntryProps): ReactNode {
  const { name, entry, isBuiltIn, isInFile } = row;
  const path = `runtimes.${name}`;
  const heading = useId();
  const set = (key: string, value: unknown): void => onChange(withField(entry, key, value));
  const { kind } = entry;
  const cells = { entry, path, problems, set };
  return (
    <section className="runtime" aria-labelledby={heading}>
      <header>
        <h3 id={heading}>
          <bdi>{name}</bdi>
        </h3>
        <Select
          size="small"
          aria-label={`Kind of ${name}`}
          value={String(kind)}
          onChange={(_, { value }) =>
            onChange(withKind(entry, runtimeKinds.find((known) => known === value) ?? 'command'))
          }
        >
          {runtimeKinds.map((known) => (
            <option key={known}>{known}</option>
          ))}
        </Select>
        <span className="runtime-note">{isBuiltIn ? (isInFile ? 'built in, set up here' : 'built in') : ''}</span>
        {isInFile && (
          <Button
            size="small"
            appearance="subtle"
            icon={<DeleteRegular />}
            aria-label={isBuiltIn ? `As built in: ${name}` : `Remove ${name}`}
            onClick={() => onChange(null)}
          >
            {isBuiltIn ? 'As built in' : 'Remove'}
          </Button>
        )}
      </header>
      <div className="runtime-fields">
        {kind !== 'demo' && <Command {...cells} isNeeded={kind === 'command'} />}
        {kind !== 'demo' && <Arguments {...cells} />}
        {kind === 'command' && (
          <Choice {...cells} name="prompt" label="Prompt" none="stdin: its standard input (default)">
            <option value="stdin">stdin: its standard input</option>
            <option value="file">file: &#123;prompt_file&#125; in its arguments</option>
          </Choice>
        )}
        {kind === 'claude' && (
          <Choice {...cells} name="approvals" label="Approvals" none="never: runs without asking (default)">
            <option value="ask">ask: the operator allows what its mode does not</option>
            <option value="never">never: runs without asking</option>
          </Choice>
        )}
        <RuntimeEnvironment
          of={name}
          value={entry['env']}
          problems={problemsAt(problems, `${path}.env`)}
          onChange={(value) => set('env', value)}
        />
      </div>
      <Problems
        id={`${heading}-others`}
        problems={problems.filter((one) => !shownApart.some((key) => problemsAt([one], `${path}.${key}`).length > 0))}
        of={path}
      />
    </section>
  );
}

const shownApart = ['command', 'args', 'prompt', 'approvals', 'env'];

interface CellProps {
  readonly entry: Entry;
  readonly path: string;
  readonly problems: readonly ConfigProblem[];
  readonly set: (key: string, value: unknown) => void;
}

function Cell(props: {
  readonly id: string;
  readonly label: string;
  readonly at: string;
  readonly problems: readonly ConfigProblem[];
  readonly children: ReactNode;
}): ReactNode {
  return (
    <div className="runtime-field">
      <label htmlFor={props.id}>{props.label}</label>
      {props.children}
      <Problems id={`${props.id}-problem`} problems={problemsAt(props.problems, props.at)} of={props.at} />
    </div>
  );
}

function Command({ entry, path, problems, set, isNeeded }: CellProps & { readonly isNeeded: boolean }): ReactNode {
  const id = useId();
  return (
    <Cell id={id} label="Command" at={`${path}.command`} problems={problems}>
      <Input
        id={id}
        size="small"
        spellCheck={false}
        className="mono"
        value={textOf({ is: 'text' }, entry['command'])}
        placeholder={isNeeded ? '/path/of/the/program' : 'found on PATH and in the known install places'}
        aria-describedby={`${id}-problem`}
        onChange={(_, { value }) => set('command', value === '' ? undefined : value)}
      />
    </Cell>
  );
}

function Arguments({ entry, path, problems, set }: CellProps): ReactNode {
  const id = useId();
  const text = textOf({ is: 'lines' }, entry['args']);
  return (
    <Cell id={id} label="Arguments" at={`${path}.args`} problems={problems}>
      <Textarea
        id={id}
        size="small"
        spellCheck={false}
        className="mono"
        rows={Math.min(8, Math.max(1, text.split('\n').length))}
        value={text}
        placeholder="one a line"
        aria-describedby={`${id}-problem`}
        // As typed: an argument may begin or end with a space, and a new line is on its way to the next.
        onChange={(_, { value }) => set('args', value === '' ? undefined : value.split('\n'))}
        onBlur={() => text !== text.trim() && set('args', valueFrom({ is: 'lines' }, text))}
      />
    </Cell>
  );
}

interface ChoiceProps extends CellProps {
  readonly name: string;
  readonly label: string;
  readonly none: string;
  readonly children: ReactNode;
}

function Choice({ entry, path, problems, set, name, label, none, children }: ChoiceProps): ReactNode {
  const id = useId();
  return (
    <Cell id={id} label={label} at={`${path}.${name}`} problems={problems}>
      <Select
        id={id}
        size="small"
        value={textOf({ is: 'text' }, entry[name])}
        onChange={(_, { value }) => set(name, value === '' ? undefined : value)}
      >
        <option value="">{none}</option>
        {children}
      </Select>
    </Cell>
  );
}
