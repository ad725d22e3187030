/** What a person at the desktop waits to see. */
import { waitFor } from '../wait-for.ts';
import type { ToastText, TrayText, WindowText } from './commands.ts';
import type { Desktop } from './desktop.ts';
import type { MenuText } from './tray.ts';

/** What a demo agent does that works for two minutes and then reports. */
export const working = ['@say at work', '@work 120s', '@report done'];
export const idle = { image: 'tray-idle.png', tooltip: 'Ziggie: nothing is running' };

/** Waits until the tray is as `expected`, in the parts given. */
export async function trayShows(
  desktop: Desktop,
  expected: Partial<Pick<TrayText, 'image' | 'tooltip'>>,
  timeoutMs = 10_000,
): Promise<TrayText> {
  let seen: TrayText | null = null;
  return waitFor(
    `a tray with ${JSON.stringify(expected)}`,
    async () => {
      const tray = (seen = await desktop.order('tray'));
      return Object.entries(expected).every(([key, value]) => tray[key as keyof TrayText] === value) && tray;
    },
    { timeoutMs, seen: () => seen },
  );
}

/** Waits until the tray's menu has this entry, somewhere below its top. */
export async function menuShows(desktop: Desktop, entry: string, timeoutMs = 10_000): Promise<MenuText> {
  let seen: MenuText = [];
  return waitFor(
    `a menu with "${entry}"`,
    async () => {
      seen = (await desktop.order('tray')).menu;
      return JSON.stringify(seen).includes(JSON.stringify(entry)) && seen;
    },
    { timeoutMs, seen: () => seen },
  );
}

export async function pageShows(desktop: Desktop, text: string): Promise<void> {
  let seen: unknown = null;
  await waitFor(
    `a page that shows "${text}"`,
    async () => {
      seen = await desktop.order('evaluate', 'document.body.innerText');
      return typeof seen === 'string' && seen.includes(text);
    },
    { seen: () => seen },
  );
}

/** The only window. Throws where there is none, or another one. */
export async function theWindow(desktop: Desktop): Promise<WindowText> {
  const [window, ...others] = await desktop.order('windows');
  if (window === undefined || others.length > 0)
    throw new Error(`There are ${others.length + (window ? 1 : 0)} windows.`);
  return window;
}

export async function dialogOf(desktop: Desktop): Promise<{ message: string; buttons: readonly string[] }> {
  const { message, buttons } = await waitFor('a dialog', async () => (await desktop.order('dialogs'))[0]);
  return { message, buttons };
}

/** Waits for the toast of this title, given by its beginning. */
export async function toastOf(desktop: Desktop, title: string): Promise<ToastText> {
  let seen: readonly ToastText[] = [];
  return waitFor(
    `the toast "${title}"`,
    async () => {
      seen = await desktop.order('toasts');
      return seen.find((toast) => toast.title.startsWith(title));
    },
    { seen: () => seen },
  );
}
