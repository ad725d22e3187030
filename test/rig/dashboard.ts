/**
 * The dashboard of real coordinators in one real browser, for a file of tests:
 *
 *   const rig = dashboardRig();          // registers its own beforeAll, afterAll, afterEach
 *   const coordinator = await rig.start({ limits: { max_running: 1 } });
 *   const page = await rig.open(coordinator, '#/queue');
 */
import type { Browser, Page } from 'playwright';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { DeployInput } from '../../clients/typescript/client.ts';
import { type DashboardPage, launchBrowser, openPage, type PageLook } from './browser.ts';
import { TestCoordinator } from './coordinator.ts';
import { waitFor } from './wait-for.ts';

export interface DashboardRig {
  /** Any page, whose complaints fail the test, too. */
  openAt(url: string, look?: PageLook): Promise<Page>;
  /** `config` over a config.json with the demo runtime. */
  start(config?: Record<string, unknown>): Promise<TestCoordinator>;
  /** A signed-in page at `hash`. A complaint of the page (an error, a breach of its policy) fails the test. */
  open(coordinator: TestCoordinator, hash?: string, look?: PageLook): Promise<Page>;
}

export function dashboardRig(): DashboardRig {
  let browser: Browser | null = null;
  const opened: DashboardPage[] = [];
  const coordinators: TestCoordinator[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(async () => {
    const problems = opened.flatMap((one) => one.problems);
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await Promise.all(coordinators.splice(0).map((one) => one.dispose()));
    if (problems.length > 0) throw new Error(`The page complained: ${problems.join('; ')}`);
  });
  const openAt = async (url: string, look: PageLook = {}): Promise<Page> => {
    if (browser === null) throw new Error('The browser starts in beforeAll.');
    const dashboard = await openPage(browser, url, look);
    opened.push(dashboard);
    dashboard.page.setDefaultTimeout(15_000);
    return dashboard.page;
  };
  return {
    openAt,
    async start(config = {}) {
      const coordinator = await TestCoordinator.start({ config: { runtimes: { demo: { kind: 'demo' } }, ...config } });
      coordinators.push(coordinator);
      return coordinator;
    },
    async open(coordinator, hash = '#/', look = {}) {
      const page = await openAt(await printedAddress(coordinator), look);
      await page.getByText('connected', { exact: true }).waitFor();
      if (hash !== '#/') await goTo(page, hash);
      return page;
    },
  };
}

/** As a link does. */
export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
}

/** The address with the one-time code, as the coordinator prints it. */
export const printedAddress = (coordinator: TestCoordinator): Promise<string> =>
  waitFor('the dashboard’s address', () => /http:\S+#code=\S+/.exec(coordinator.output)?.[0], {
    seen: () => coordinator.output,
  });

/** The id of the agent it became. */
export async function deployOne(
  coordinator: TestCoordinator,
  input: Partial<DeployInput> & Pick<DeployInput, 'config'>,
): Promise<string> {
  const answer = await coordinator.client.deploy({ agent_type: 'L1', ...input });
  if (!answer.ok) throw new Error(`not deployed: ${answer.failure.message}`);
  return answer.value.record.agent_id;
}

/** A scripted agent: `@work 10s`, `@say text`, … one step a line. */
export const demo = (prompt: string) => ({ runtime: 'demo', prompt, report_required: false });
