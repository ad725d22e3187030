import type { ReactNode } from 'react';
import {
  Button,
  Menu,
  MenuItem,
  MenuItemCheckbox,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { count } from '../../selectors/format.ts';

/** What is filtered is framed. */
const triggerLook = (isOn: boolean) =>
  ({
    size: 'small',
    appearance: isOn ? 'outline' : 'subtle',
    icon: <ChevronDownRegular />,
    iconPosition: 'after',
    className: 'history-trigger',
  }) as const;

interface FilterMenuProps {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly words: string; readonly count: number }[];
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Of one thing, the values that are shown. */
export function FilterMenu({ label, options, chosen, onChange }: FilterMenuProps): ReactNode {
  return (
    <Menu
      checkedValues={{ chosen: [...chosen] }}
      onCheckedValueChange={(_, { checkedItems }) => onChange(checkedItems)}
      persistOnItemClick
    >
      <MenuTrigger disableButtonEnhancement>
        <Button {...triggerLook(chosen.length > 0)}>{label}</Button>
      </MenuTrigger>
      <MenuPopover className="history-menu">
        <MenuList>
          {options.length === 0 && <MenuItem disabled>Nothing to choose from yet</MenuItem>}
          {options.map(({ value, words, count: many }) => (
            <MenuItemCheckbox key={value} name="chosen" value={value} secondaryContent={count(many)}>
              <bdi>{words}</bdi>
            </MenuItemCheckbox>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

interface ChoiceMenuProps {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly words: string }[];
  readonly chosen: string;
  readonly onChoose: (value: string) => void;
}

/** One of several. */
export function ChoiceMenu({ label, options, chosen, onChoose }: ChoiceMenuProps): ReactNode {
  return (
    <Menu
      checkedValues={{ chosen: [chosen] }}
      onCheckedValueChange={(_, { checkedItems: [value = ''] }) => onChoose(value)}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button {...triggerLook(chosen !== '')}>{label}</Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {options.map(({ value, words }) => (
            <MenuItemRadio key={value} name="chosen" value={value}>
              {words}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
