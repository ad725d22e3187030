/** The composed coordinator in this process, with shell agents: for a clock of the test's own, or a past of its own making. */
import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../main/coordinator/clock.ts';
import { readyCoordinator } from '../../../main/coordinator/coordinator.ts';
import type { Coordinator } from '../../../main/coordinator/facade.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { createPosixOwnership } from '../../../main/coordinator/process/posix/ownership.ts';
import { type Layout, layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { agentEnvironment } from '../../../main/coordinator/runtimes/environment.ts';
import { createRuntimes } from '../../../main/coordinator/runtimes/registry.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { shellConfig } from './shell-agents.ts';

export interface Wish {
  readonly clock?: Clock;
  readonly limits?: Record<string, number>;
  /** What the journal holds already; may put files in place. */
  readonly past?: (layout: Layout) => readonly ZiggieEvent[];
  /** The root of an earlier one, which was closed; whoever composed that removes it. */
  readonly root?: Layout;
}

export interface Composed {
  readonly coordinator: Coordinator;
  readonly layout: Layout;
  /** Everything since its start. */
  readonly events: readonly Sequenced[];
}

const built = (name: string): string => resolve(import.meta.dirname, '../../../dist/main', name);

async function newRoot({ past }: Wish): Promise<Layout> {
  const layout = layoutOf(mkdtempSync(join(tmpdir(), 'ziggie-composed-')));
  onTestFinished(() => rmSync(layout.root, { recursive: true, force: true }));
  makeFolders(layout);
  const before = past?.(layout) ?? [];
  const journal = Journal.open(layout.journal, 1);
  await journal.append(before.map((event, index) => ({ seq: index + 1, event })));
  await journal.close();
  return layout;
}

export async function composed(wish: Wish): Promise<Composed> {
  const { clock = systemClock, limits = {} } = wish;
  const layout = wish.root ?? (await newRoot(wish));
  const config = configSchema.parse(shellConfig(limits));
  const environment = agentEnvironment(process.env, {});
  const log = (): void => undefined;
  const { coordinator, begin } = await readyCoordinator({
    layout,
    config,
    runtimes: createRuntimes(config, {
      env: process.env,
      platform: process.platform,
      isRoot: process.getuid?.() === 0,
      homedir: homedir(),
      demoAgent: built('demo-agent.js'),
      ziggie: built('ziggie.js'),
    }),
    ownership: createPosixOwnership({ root: layout.root, environment, nursery: built('nursery.js'), log }),
    clock,
    log,
    operatorToken: 'a'.repeat(43),
    version: '0',
    url: () => 'http://127.0.0.1:9',
  });
  const events: Sequenced[] = [];
  coordinator.subscribe((event) => events.push(event));
  await begin();
  onTestFinished(() => coordinator.close('the test is over'));
  return { coordinator, layout, events };
}
