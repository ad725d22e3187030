/** The Chromium behind all windows of the double: started with the first window, ended with the application. */
import type { BrowserContext } from 'playwright';

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const running: { context: Promise<BrowserContext> | null } = { context: null };

/** The one session that all windows share. */
export function sharedContext(): Promise<BrowserContext> {
  running.context ??= start();
  return running.context;
}

async function start(): Promise<BrowserContext> {
  // Loading Playwright takes longer than anything else here, and a start without a window does not need it.
  const { chromium } = await import('playwright');
  const executablePath = process.env['ZIGGIE_TEST_BROWSER'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: flags });
  return browser.newContext({ viewport: { width: 1280, height: 800 } });
}

export async function closeBrowser(): Promise<void> {
  const context = await running.context;
  await context?.browser()?.close();
}
