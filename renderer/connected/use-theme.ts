import { useEffect, useSyncExternalStore } from 'react';
import { type Theme, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import { contrastTheme } from '../client/contrast-theme.ts';
import { chooseTheme, onThemeChoice, readThemeChoice, type ThemeChoice } from '../client/theme-choice.ts';

type Scheme = 'light' | 'dark' | 'contrast';

const dark = '(prefers-color-scheme: dark)';
const contrast = '(forced-colors: active)';
const themes: Readonly<Record<Scheme, Theme>> = {
  light: webLightTheme,
  dark: webDarkTheme,
  contrast: contrastTheme,
};

export interface ThemeModel {
  readonly choice: ThemeChoice;
  readonly choose: (choice: ThemeChoice) => void;
  readonly theme: Theme;
}

/** The page's theme: as chosen, or as the system is; where the system forces its colours, those. Follows both. */
export function useTheme(): ThemeModel {
  const choice = useSyncExternalStore(onThemeChoice, readThemeChoice);
  const scheme = useSyncExternalStore(subscribe, readScheme);
  useEffect(() => {
    const { documentElement } = document;
    documentElement.dataset['scheme'] = scheme;
    // Scroll bars and the like are the browser's own.
    documentElement.style.colorScheme = scheme === 'contrast' ? 'light dark' : scheme;
  }, [scheme]);
  return { choice, choose: chooseTheme, theme: themes[scheme] };
}

function readScheme(): Scheme {
  if (window.matchMedia(contrast).matches) return 'contrast';
  const choice = readThemeChoice();
  if (choice !== 'system') return choice;
  return window.matchMedia(dark).matches ? 'dark' : 'light';
}

function subscribe(changed: () => void): () => void {
  const queries = [dark, contrast].map((query) => window.matchMedia(query));
  for (const query of queries) query.addEventListener('change', changed);
  const stop = onThemeChoice(changed);
  return () => {
    for (const query of queries) query.removeEventListener('change', changed);
    stop();
  };
}
