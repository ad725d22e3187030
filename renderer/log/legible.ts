/** Colours that a program chose without knowing the page: kept where they can be read on it, else moved as little as that needs. */

/** Of WCAG 2.2 for text of this size. */
const leastContrast = 4.5;
/** What the log stands on, darkest in the light theme and lightest in the dark one: a chosen line, of `colorNeutralBackground1Selected`. */
const grounds = { light: 0xebebeb, dark: 0x383838 } as const;
/** How much of a background is shown, as the style sheet says. */
export const tintShare = 0.14;

export type Ground = keyof typeof grounds;

/** `#rrggbb` for text of a colour (`0xrrggbb`) on the log, and on a tint where it has a background (of any colour: null is none). */
export function legible(colour: number, on: Ground, background: number | null): string {
  const ground = background === null ? grounds[on] : mixed(grounds[on], background, tintShare);
  const end = on === 'light' ? 0x000000 : 0xffffff;
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mixed(colour, end, share);
    if (contrast(tried, ground) >= leastContrast) return hex(tried);
  }
  return hex(end);
}

/** Of two colours, from 1 to 21. */
export function contrast(a: number, b: number): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (lighter + 0.05) / (darker + 0.05);
}

const channels = (colour: number): [number, number, number] => [
  (colour >> 16) & 0xff,
  (colour >> 8) & 0xff,
  colour & 0xff,
];

function luminance(colour: number): number {
  const [red, green, blue] = channels(colour).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function mixed(a: number, b: number, share: number): number {
  const [from, to] = [channels(a), channels(b)];
  const [red, green, blue] = from.map((value, at) => Math.round(value + ((to[at] ?? 0) - value) * share)) as [
    number,
    number,
    number,
  ];
  return (red << 16) + (green << 8) + blue;
}

export const hex = (colour: number): string => `#${colour.toString(16).padStart(6, '0')}`;
