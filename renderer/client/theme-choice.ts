/** Light, dark or as the system is: chosen by a person, kept in this browser, the same in all its windows. */
export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const key = 'ziggie.theme';
const listeners = new Set<() => void>();
/** Where the browser keeps nothing, the choice lasts as long as the page. */
const page: { choice: ThemeChoice | null } = { choice: null };

export function readThemeChoice(): ThemeChoice {
  try {
    const kept = window.localStorage.getItem(key);
    return themeChoices.find((choice) => choice === kept) ?? page.choice ?? 'system';
  } catch {
    return page.choice ?? 'system';
  }
}

export function chooseTheme(choice: ThemeChoice): void {
  page.choice = choice;
  try {
    window.localStorage.setItem(key, choice);
  } catch {
    // Not allowed here, or full.
  }
  for (const listener of listeners) listener();
}

/** Calls back when it is chosen, here or in another window. Returns the unsubscribe. */
export function onThemeChoice(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
