import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import { DarkThemeRegular } from '@fluentui/react-icons/svg/dark-theme';
import { useTheme } from './use-theme.ts';

const after = { system: 'light', light: 'dark', dark: 'system' } as const;
const words = { system: 'as the system', light: 'light', dark: 'dark' } as const;

/** In the header: what belongs to the page and to no view. */
export function HeaderTools(): ReactNode {
  const { choice, choose } = useTheme();
  const label = `Theme: ${words[choice]}. Change to ${words[after[choice]]}`;
  return (
    <Button
      size="small"
      appearance="subtle"
      icon={<DarkThemeRegular />}
      aria-label={label}
      title={label}
      onClick={() => choose(after[choice])}
    />
  );
}
