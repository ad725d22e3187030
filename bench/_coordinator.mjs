/** A coordinator of the built product on a root of its own, for a benchmark: small, heavy on nothing but starting. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';

/** As many as ask at once: each agent has a connection of its own. */
const mostConnections = 200;

const entry = fileURLToPath(new URL('../dist/main/headless.js', import.meta.url));

/** @param {Record<string, unknown>} config the config.json of its root */
export async function startCoordinator(config) {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-bench-'));
  // ext4 may search long for a place for a new file near one where thousands were deleted a minute ago, by the run
  // before this one. Marked so, a folder's subfolders are spread over the disk by their names. Elsewhere this does nothing.
  spawnSync('chattr', ['+T', folder], { stdio: 'ignore' });
  const root = mkdtempSync(join(folder, 'root-'));
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  const nodeArguments = process.env['BENCH_NODE_ARGS']?.split(' ') ?? [];
  const child = spawn(process.execPath, [...nodeArguments, entry, '--root', root, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { url } = await discovery(root, child);
  const token = readFileSync(join(root, 'token'), 'utf8').trim();
  // The cheapest client there is: on a machine with few cores its work is taken from what it measures.
  const pool = new Pool(url, { connections: mostConnections });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const call = async (method, path, given = null) => {
    const text = given === null ? null : JSON.stringify(given);
    const answer = await pool.request({ method, path, headers, body: text });
    return { status: answer.statusCode, body: await answer.body.json() };
  };

  const coordinator = {
    url,
    pid: child.pid,
    token,
    deployByHttp: (request) => call('POST', '/api/coordinator/deploy', request),
    /** As a client should: whole, then renamed. */
    deployByFile(request) {
      const path = join(root, 'requests', request.request_id);
      writeFileSync(`${path}.tmp`, JSON.stringify(request));
      renameSync(`${path}.tmp`, `${path}.json`);
    },
    /** Settles when so many responses whose name begins with the prefix are readable. */
    responses(prefix, count) {
      const seen = new Set();
      return new Promise((resolve) => {
        const watcher = watch(join(root, 'responses'), (_event, name) => {
          if (name === null || !name.startsWith(prefix) || !name.endsWith('_response.json')) return;
          seen.add(name);
          if (seen.size < count) return;
          watcher.close();
          resolve(undefined);
        });
      });
    },
    /** Ends every agent as `kill -9` of its session would, and waits until the coordinator has settled them all. */
    async endAgents() {
      const ended = new Set();
      for (;;) {
        const { agents } = (await call('GET', '/api/coordinator/agents')).body;
        const living = agents.filter(({ completed_at: end }) => end === null);
        if (living.length === 0) return;
        for (const { agent_id: id, pid } of living) {
          if (pid === null || ended.has(`${id}/${pid}`)) continue; // One that had not begun yet is started again, as another process.
          endSession(pid);
          ended.add(`${id}/${pid}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async close() {
      await pool.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
      endLeftBehind(root);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return coordinator;
}

async function discovery(root, child) {
  const path = join(root, 'coordinator.json');
  while (!existsSync(path)) {
    if (child.exitCode !== null) throw new Error(`the coordinator ended with ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Agents outlive their coordinator, and a benchmark's would sleep on for an hour: each is ended by its pid. Linux only. */
function endLeftBehind(root) {
  const pids = existsSync('/proc/self') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  for (const pid of pids) {
    try {
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`ZIGGIE_ROOT=${root}`);
      if (isOurs) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
}

function endSession(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
