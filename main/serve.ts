/** The coordinator in a terminal: started, announced, stopped by a signal. Agents go on. */
import { execa } from 'execa';
import type { Failure } from '../protocol/failures.ts';
import { livingAgents } from '../protocol/fleet.ts';
import { type Host, startHost } from './compose.ts';
import { deployDemo } from './deploy-demo.ts';
import { installedPaths } from './paths.ts';

export interface HeadlessOptions {
  readonly root: string | null;
  readonly port: number | null;
  /** Opens the dashboard in the user's browser. */
  readonly open: boolean;
  /** Also deploys the demo tree. */
  readonly demo: boolean;
  /** For programs: one line of JSON when it serves, failures as JSON, too. */
  readonly json: boolean;
}

/** sysexits: another one holds the root, a temporary trouble, a wrong configuration. */
const exitCodes = { ok: 0, failed: 1, rootLocked: 73, storage: 75, configuration: 78 } as const;

/** Serves until a signal comes; settles with the exit code. */
export async function runHeadless(options: HeadlessOptions): Promise<number> {
  // Whoever reads may be gone (a closed terminal, a pipe to `head`); that ends no coordinator.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const stopped = stopSignal(); // Heard from the first moment that somebody can find us.
  const started = await startHost({ ...installedPaths, root: options.root, port: options.port, log: logLine });
  if (!started.ok) {
    if (options.json) process.stdout.write(`${JSON.stringify(started.failure)}\n`);
    else process.stderr.write(`ziggie: ${started.failure.code}: ${started.failure.message}\n`);
    return exitCodeOf(started.failure);
  }
  const host = started.value;
  if (options.json) process.stdout.write(`${JSON.stringify(readiness(host))}\n`);
  else sayReady(host);
  // Neither is waited for: a queue may be long, and a signal is to be heard meanwhile.
  if (options.open) void openBrowser(host.dashboardUrl());
  if (options.demo) void deployDemo(host).then(sayDemo, (error: unknown) => logLine(`the demo: ${String(error)}`));
  const signal = await stopped;
  const running = livingAgents(host.coordinator.fleet()).length;
  (options.json ? process.stderr : process.stdout).write(
    `${signal}: stopping. ${running === 0 ? 'No agent is at work.' : `${running} agents go on; the next start adopts them.`}\n`,
  );
  await host.close(signal);
  return exitCodes.ok;
}

function readiness(host: Host) {
  const { url, port, coordinator } = host;
  return { url, port, root: coordinator.root, pid: process.pid, dashboard_url: host.dashboardUrl() };
}

function sayReady(host: Host): void {
  process.stdout.write(
    [
      `Ziggie Coordinator serves ${host.coordinator.root}`,
      `  Dashboard  ${host.dashboardUrl()}   (opens once, within a minute)`,
      `  API        ${host.url}/api/coordinator`,
      `  Requests   ${host.coordinator.root}/requests`,
      'Press Ctrl+C to stop; agents go on.',
      '',
    ].join('\n'),
  );
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
  });
}

function sayDemo(deployed: Awaited<ReturnType<typeof deployDemo>>): void {
  if (!deployed.ok) logLine(`the demo was not deployed: ${deployed.failure.message}`);
}

async function openBrowser(url: string): Promise<void> {
  const [file, args] =
    process.platform === 'win32'
      ? ['rundll32', ['url.dll,FileProtocolHandler', url]]
      : process.platform === 'darwin'
        ? ['open', [url]]
        : ['xdg-open', [url]];
  // A browser that is an Electron application must not come up as Node because we run that way.
  const env = { ELECTRON_RUN_AS_NODE: undefined };
  const opened = await execa(file, args, { reject: false, timeout: 10_000, stdio: 'ignore', env });
  if (opened.failed) logLine('no browser could be opened; use the address above');
}

function exitCodeOf({ code }: Failure): number {
  switch (code) {
    case 'LIMIT_REACHED':
      return exitCodes.rootLocked;
    case 'STORAGE_UNAVAILABLE':
      return exitCodes.storage;
    case 'INVALID_REQUEST':
      return exitCodes.configuration;
    default:
      return exitCodes.failed;
  }
}

function logLine(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line.replaceAll(/[\r\n]+/g, ' ')}\n`);
}
