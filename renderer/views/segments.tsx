import { type ReactNode, useId } from 'react';
import './segments.css';

interface SegmentsProps<T extends string> {
  /** What is chosen here, for those who do not see where it stands. */
  readonly label: string;
  readonly options: readonly (readonly [value: T, words: string])[];
  readonly value: T;
  readonly onChoose: (value: T) => void;
}

/** One of a few, all in sight. */
export function Segments<T extends string>({ label, options, value, onChoose }: SegmentsProps<T>): ReactNode {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend className="unseen">{label}</legend>
      {options.map(([one, words]) => (
        <label key={one}>
          <input type="radio" name={name} checked={one === value} onChange={() => onChoose(one)} />
          <span>{words}</span>
        </label>
      ))}
    </fieldset>
  );
}
