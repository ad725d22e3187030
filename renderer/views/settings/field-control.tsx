import { type ReactNode, useState } from 'react';
import { Input, Select, Switch, Textarea } from '@fluentui/react-components';
import { same } from '../../selectors/settings/draft.ts';
import { nothingSet, textOf, valueFrom } from '../../selectors/settings/field-text.ts';
import type { FieldKind } from '../../selectors/settings/fields.ts';

export interface ControlProps {
  readonly id: string;
  readonly kind: FieldKind;
  /** undefined: not set. */
  readonly value: unknown;
  readonly default: unknown;
  readonly unit: string | null;
  readonly describedBy: string;
  readonly isWrong: boolean;
  readonly onChange: (value: unknown) => void;
}

/** The box, switch or list of one field. */
export function FieldControl(props: ControlProps): ReactNode {
  const { id, kind, value, default: usual, describedBy, isWrong, onChange } = props;
  const aria = { id, 'aria-describedby': describedBy, 'aria-invalid': isWrong || undefined };
  switch (kind.is) {
    case 'switch': {
      const isOn = (value ?? usual) === true;
      return (
        <Switch {...aria} checked={isOn} label={isOn ? 'on' : 'off'} onChange={(_, { checked }) => onChange(checked)} />
      );
    }
    case 'choice': {
      const chosen = String(value ?? usual);
      return (
        <Select {...aria} size="small" value={chosen} onChange={(_, { value: next }) => onChange(next)}>
          {Object.entries(kind.words).map(([name, words]) => (
            <option key={name} value={name}>
              {name}: {words}
            </option>
          ))}
        </Select>
      );
    }
    default:
      return <TextControl {...props} />;
  }
}

function TextControl({
  id,
  kind,
  value,
  default: usual,
  unit,
  describedBy,
  isWrong,
  onChange,
}: ControlProps): ReactNode {
  // What is typed stays as it is typed, as long as it says what the value is: "1." on the way to "1.5".
  const [typed, setTyped] = useState<string | null>(null);
  const isTyped = typed !== null && same(valueFrom(kind, typed), value);
  const text = isTyped ? typed : textOf(kind, value === undefined ? usual : value);
  const box = {
    id,
    value: text,
    'aria-describedby': describedBy,
    'aria-invalid': isWrong || undefined,
    size: 'small' as const,
    spellCheck: false,
    onChange: (_: unknown, { value: next }: { value: string }) => {
      setTyped(next);
      onChange(valueFrom(kind, next));
    },
    onBlur: () => setTyped(null),
  };
  if (kind.is === 'lines' || kind.is === 'limits') {
    const example = kind.is === 'lines' ? 'none' : kind.of === 'level' ? 'none, or 2: 10' : 'none, or claude: 8';
    return <Textarea {...box} placeholder={example} rows={Math.min(8, Math.max(2, text.split('\n').length))} />;
  }
  const isNumber = kind.is === 'number';
  return (
    <Input
      {...box}
      inputMode={isNumber ? 'decimal' : 'text'}
      placeholder={usual === null ? nothingSet(kind) : textOf(kind, usual)}
      contentAfter={unit === null ? null : <span className="setting-unit">{unit}</span>}
    />
  );
}
