/** What `ziggie doctor` says of the running coordinator: as a client meets it. */
import { apiVersion } from '../../protocol/discovery.ts';
import type { Check } from '../doctor.ts';
import type { Context } from './context.ts';

/** `port` is null where none answers. */
export async function checkCoordinator(
  connect: Context['connect'],
): Promise<{ readonly checks: Check[]; readonly port: number | null }> {
  const connection = await connect();
  if (!connection.ok) {
    const mend = 'Start it with `ziggie serve`, or from the tray.';
    return { checks: [{ name: 'coordinator', state: 'warn', message: connection.failure.message, mend }], port: null };
  }
  const { client, url } = connection.value;
  const health = await client.health();
  if (!health.ok) return { checks: [bad('coordinator', health.failure.message, 'Restart it.')], port: null };
  const { api_version, degraded, status } = health.value;
  const checks: Check[] = [];
  if (api_version !== apiVersion) {
    const said = `it speaks API ${api_version}, this command ${apiVersion}`;
    checks.push(bad('coordinator', said, 'Restart the coordinator with the version that is installed now.'));
  } else {
    checks.push(well('coordinator', `${status}, answers at ${url} (API ${api_version})`));
  }
  for (const { part, since, message } of degraded) {
    checks.push(bad('storage', `${part} since ${since}: ${message}`, 'Free or mend the disk; it goes on by itself.'));
  }
  const list = await client.list({ limit: 1 });
  checks.push(
    list.ok
      ? well('token', `accepted; ${list.value.total} agents known`)
      : bad('token', list.failure.message, 'Restart the coordinator if the token file was removed or replaced.'),
  );
  return { checks, port: Number(new URL(url).port) };
}

const well = (name: string, message: string): Check => ({ name, state: 'ok', message, mend: null });
const bad = (name: string, message: string, mend: string): Check => ({ name, state: 'fail', message, mend });
