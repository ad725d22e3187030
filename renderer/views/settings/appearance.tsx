import type { ReactNode } from 'react';
import { Radio, RadioGroup } from '@fluentui/react-components';

interface AppearanceProps<Choice extends string> {
  readonly choices: readonly Choice[];
  readonly chosen: Choice;
  readonly onChoose: (choice: Choice) => void;
}

const words: Readonly<Record<string, string>> = { system: 'As the system is', light: 'Light', dark: 'Dark' };

/** How this page looks. It is kept in this browser and is no part of config.json. */
export function Appearance<Choice extends string>({ choices, chosen, onChoose }: AppearanceProps<Choice>): ReactNode {
  return (
    <div className="setting">
      <div className="setting-words">
        <span id="theme-label" className="setting-label">
          Theme
        </span>
        <p>
          Kept in this browser, not in config.json; taken up at once. Where the system forces its own colours, those are
          shown.
        </p>
      </div>
      <div className="setting-box">
        <RadioGroup
          aria-labelledby="theme-label"
          value={chosen}
          onChange={(_, { value }) => {
            const choice = choices.find((known) => known === value);
            if (choice !== undefined) onChoose(choice);
          }}
        >
          {choices.map((choice) => (
            <Radio key={choice} value={choice} label={words[choice] ?? choice} />
          ))}
        </RadioGroup>
      </div>
    </div>
  );
}
