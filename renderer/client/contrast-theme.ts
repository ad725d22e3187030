import { teamsHighContrastTheme, type Theme } from '@fluentui/react-components';

/** The colours of Fluent's contrast theme are those of one contrast theme of Windows; a person may have chosen another. */
const systemColours: ReadonlyMap<string, string> = new Map([
  ['#ffffff', 'CanvasText'],
  ['#3ff23f', 'GrayText'],
  ['#1aebff', 'Highlight'],
  ['#ffff00', 'LinkText'],
]);

/**
 * What is drawn in lines (text, strokes, icons) takes the system's colours by name: the browser forces them upon HTML by
 * itself, upon pictures it does not. Backgrounds stay: forced ones are the system's already.
 */
export const contrastTheme: Theme = Object.fromEntries(
  Object.entries(teamsHighContrastTheme).map(([name, value]) => [
    name,
    /Foreground|Stroke|Border/.test(name) ? (systemColours.get(String(value)) ?? value) : value,
  ]),
) as unknown as Theme;
