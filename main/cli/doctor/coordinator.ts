/** Checks of the running coordinator, as a client meets it. */
import { stat } from 'node:fs/promises';
import { apiVersion } from '../../../protocol/discovery.ts';
import type { Layout } from '../../coordinator/root/layout.ts';
import { readAnnounced } from '../../coordinator/root/discovery-file.ts';
import type { Context } from '../context.ts';
import { bad, type Check, warn, well } from './check.ts';

/** The port it serves, where one was found that answers. */
export async function checkCoordinator(
  context: Context,
  layout: Layout,
): Promise<{ checks: Check[]; port: number | null }> {
  const connection = await context.connect();
  if (!connection.ok) {
    const mend = 'Start it with `ziggie serve`, or from the tray.';
    return { checks: [warn('coordinator', connection.failure.message, mend)], port: null };
  }
  const { client, url } = connection.value;
  const health = await client.health();
  if (!health.ok) return { checks: [bad('coordinator', health.failure.message, 'Restart it.')], port: null };
  const { api_version, degraded, status } = health.value;
  const port = readAnnounced(layout)?.port ?? null;
  const checks: Check[] = [];
  if (api_version !== apiVersion) {
    const said = `it speaks API ${api_version}, this command ${apiVersion}`;
    checks.push(bad('coordinator', said, 'Restart the coordinator with the version that is installed now.'));
  } else if (status === 'ok') checks.push(well('coordinator', `answers at ${url} (API ${api_version})`));
  for (const { part, since, message } of degraded) {
    checks.push(
      bad('storage', `${part} since ${since}: ${message}`, 'Free or mend the disk; it goes on by itself then.'),
    );
  }
  const list = await client.list({ limit: 1 });
  checks.push(
    list.ok
      ? well('token', `accepted, ${list.value.total} agents known`)
      : bad('token', list.failure.message, `Restart the coordinator if ${layout.token} was removed or replaced.`),
  );
  return { checks, port };
}

/** Whoever reads it is the operator. */
export async function checkTokenFile({ token }: Layout): Promise<Check | null> {
  const info = await stat(token).catch(() => null);
  if (info === null || process.platform === 'win32') return null;
  const others = info.mode & 0o077;
  if (others === 0) return well('token file', 'readable by this user only');
  return bad(
    'token file',
    `${token} can be read by others (mode ${(info.mode & 0o777).toString(8)})`,
    `Run: chmod 600 "${token}"; and remove it to have a new one made, if somebody may have read it.`,
  );
}
