/** Terminal colours and emphasis ("select graphic rendition"). */

/** 0-15 is the terminal's palette, which the style sheet keeps legible; from `exact` on it is a colour as such, `0xrrggbb` above it. */
export type SgrColour = number;
export const exact = 0x1000000;

/** null is the page's own colour. */
export interface SgrState {
  readonly foreground: SgrColour | null;
  readonly background: SgrColour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
}

export const plainStyle: SgrState = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
};

/** `parameters` is what stands between `ESC [` and `m`. What is not known is passed over; hidden text stays shown. */
export function applySgr(state: SgrState, parameters: string): SgrState {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)));
  let next = state;
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const extended = extendedColour(codes, at + 1);
      const slot = code === 38 ? 'foreground' : 'background';
      if (extended.colour !== null) next = { ...next, [slot]: extended.colour };
      at += extended.used;
    } else {
      next = applyCode(next, code);
    }
  }
  return next;
}

function applyCode(state: SgrState, code: number): SgrState {
  if (code === 0) return plainStyle;
  const change = simpleCodes.get(code);
  if (change !== undefined) return { ...state, ...change };
  if (code >= 30 && code <= 37) return { ...state, foreground: code - 30 };
  if (code >= 90 && code <= 97) return { ...state, foreground: code - 90 + 8 };
  if (code >= 40 && code <= 47) return { ...state, background: code - 40 };
  if (code >= 100 && code <= 107) return { ...state, background: code - 100 + 8 };
  return state;
}

const simpleCodes: ReadonlyMap<number, Partial<SgrState>> = new Map<number, Partial<SgrState>>([
  [1, { bold: true }],
  [2, { dim: true }],
  [3, { italic: true }],
  [4, { underline: true }],
  [7, { inverse: true }],
  [9, { strike: true }],
  [21, { underline: true }],
  [22, { bold: false, dim: false }],
  [23, { italic: false }],
  [24, { underline: false }],
  [27, { inverse: false }],
  [29, { strike: false }],
  [39, { foreground: null }],
  [49, { background: null }],
]);

/** `5;n` of the 256-colour table or `2;r;g;b`. `used` is how many numbers belonged to it. */
function extendedColour(codes: readonly number[], at: number): { colour: SgrColour | null; used: number } {
  if (codes[at] === 5) return { colour: tableColour(codes[at + 1] ?? 0), used: 2 };
  if (codes[at] !== 2 || codes.length < at + 4) return { colour: null, used: codes.length };
  return { colour: exactColour(codes[at + 1] ?? 0, codes[at + 2] ?? 0, codes[at + 3] ?? 0), used: 4 };
}

function tableColour(index: number): SgrColour | null {
  if (!Number.isInteger(index) || index < 0 || index > 255) return null;
  if (index < 16) return index;
  if (index >= 232) return exactColour(...grey(8 + (index - 232) * 10));
  const cube = index - 16;
  const level = (step: number): number => (step === 0 ? 0 : 55 + step * 40);
  return exactColour(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6));
}

const grey = (level: number): [number, number, number] => [level, level, level];

function exactColour(red: number, green: number, blue: number): SgrColour | null {
  const parts = [red, green, blue];
  if (!parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) return null;
  return exact + (red << 16) + (green << 8) + blue;
}

/** Class names of the log's style sheet, joined by spaces; '' for plain text. */
export function sgrClasses(state: SgrState): string {
  const classes: string[] = [];
  if (state.foreground !== null) classes.push(`ansi-fg-${nameOf(state.foreground)}`);
  if (state.background !== null) classes.push(`ansi-bg-${nameOf(state.background)}`);
  for (const flag of ['bold', 'dim', 'italic', 'underline', 'strike', 'inverse'] as const) {
    if (state[flag]) classes.push(`ansi-${flag}`);
  }
  return classes.join(' ');
}

const nameOf = (colour: SgrColour): string => (colour < exact ? String(colour) : 'exact');

/** Colours that no class stands for, as `0xrrggbb`; null: there are none. */
export function exactColours({ foreground, background }: SgrState): ExactColours | null {
  const of = (colour: SgrColour | null): number | null => (colour === null || colour < exact ? null : colour - exact);
  const colours = { foreground: of(foreground), background: of(background) };
  return colours.foreground === null && colours.background === null ? null : colours;
}

export interface ExactColours {
  readonly foreground: number | null;
  readonly background: number | null;
}

export function sameStyle(a: SgrState, b: SgrState): boolean {
  return (Object.keys(plainStyle) as (keyof SgrState)[]).every((key) => a[key] === b[key]);
}
