/** A real browser for the dashboard's tests: one for a file of tests, a fresh session for each page. */
import { type Browser, chromium, type Page } from 'playwright';

const flags = [
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface DashboardPage {
  readonly page: Page;
  /** What the page complained of: uncaught errors and console errors, such as a breach of the security policy. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** `ZIGGIE_TEST_BROWSER` names the program; otherwise Debian's Chromium. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = process.env['ZIGGIE_TEST_BROWSER'] ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: [...flags, ...more] });
}

export interface PageLook {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export async function openPage(browser: Browser, url: string, look: PageLook = {}): Promise<DashboardPage> {
  const { width = 1280, height = 800, colorScheme = 'light' } = look;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    // The browser's own note of a refused or unreachable request; what the page makes of it is tested by itself.
    const isRequest =
      message.text().startsWith('Failed to load resource') || /WebSocket connection/.test(message.text());
    if (message.type() === 'error' && !isRequest) problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems, close: () => context.close() };
}
