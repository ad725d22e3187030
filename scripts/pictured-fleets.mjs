/** The fleets of the pictures (`scripts/pictures.mjs`): a coordinator on a root of its own, and who works in it. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** @typedef {{ url: string, token: string, root: string, end: () => Promise<void> }} Served */

/** @param {number} slots How many run at a time. @returns {Promise<Served>} */
export async function serve(slots) {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-pictures-'));
  const claude = join(root, 'claude');
  writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${at('scripts/pictured-session.mjs')}' "$@"\n`);
  chmodSync(claude, 0o755);
  const runtimes = { demo: { kind: 'demo' }, claude: { kind: 'claude', command: claude } };
  const limits = { max_running: slots, starts_per_second: 50, max_starting: 10, min_free_memory_mb: 0 };
  writeFileSync(join(root, 'config.json'), JSON.stringify({ runtimes, limits }));
  const child = spawn(process.execPath, [at('dist/main/headless.js'), '--root', root, '--port', '0']);
  let output = '';
  child.stdout.on('data', (/** @type {Buffer} */ bytes) => (output += bytes.toString()));
  while (!existsSync(join(root, 'coordinator.json')) || !output.includes('#code=')) await rest(20);
  const { url } = JSON.parse(readFileSync(join(root, 'coordinator.json'), 'utf8'));
  const token = readFileSync(join(root, 'token'), 'utf8').trim();
  return {
    url,
    token,
    root,
    async end() {
      const { agents } = await call({ url, token }, 'GET', 'agents');
      const living = agents.filter((/** @type {any} */ one) => one.completed_at === null && one.parent_agent === null);
      for (const one of living) await call({ url, token }, 'POST', `agents/${one.agent_id}/stop`, {});
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** @param {{ url: string, token: string }} of @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function call({ url, token }, method, path, body) {
  const answer = await fetch(`${url}/api/coordinator/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

/** @param {Served} served @param {Record<string, unknown>} request @returns {Promise<string>} */
async function deploy(served, request) {
  const record = await call(served, 'POST', 'deploy', request);
  if (typeof record.agent_id !== 'string') throw new Error(JSON.stringify(record));
  return record.agent_id;
}

/** @param {string} prompt @param {boolean} [report_required] */
const demo = (prompt, report_required = false) => ({ runtime: 'demo', prompt, report_required });

/** @param {string} prompt */
const session = (prompt) => ({ runtime: 'claude', prompt: `Check the sprites.\n${prompt}\n`, report_required: false });

/** @typedef {{ agent: string, report: string }} Shown What is selected in the tree and among the reports; '': nothing. */

/** An Overwatch with two workers: one at work, one done with a report. @param {Served} served @returns {Promise<Shown>} */
export async function few(served) {
  const top = await deploy(served, { agent_type: 'L1', name: 'Overwatch', config: demo('@work 600s') });
  const group = { id: 'wave-1', size: 2 };
  const audit = await deploy(served, {
    agent_type: 'L2.1',
    parent_agent: top,
    name: 'asset audit',
    group,
    estimated_workload: 0.52,
    config: demo('@say reading the sprite sheets\n@work 600s'),
  });
  const report = await deploy(served, {
    agent_type: 'L2.2',
    parent_agent: top,
    name: 'sprite scanner',
    group,
    estimated_workload: 0.48,
    config: demo('@work 1s\n@report Every sprite has a frame table.', true),
  });
  await rest(6000);
  return { agent: audit, report };
}

const incomplete = `# Report: sprites

## Result

Every sprite sheet has a frame table now, *nine* of them new:

- \`cat-jump\`: 6 frames, 32 by 32
- \`moth\`: 4 frames, 16 by 16
- still without: the rain

| sheet | frames | tests |
| --- | --- | --- |
| cat-jump | 6 | 50 passed |
| moth | 4 | 38 passed |
`;
const names = ['asset audit', 'sprite scanner', 'docs', 'tests', 'naming', 'levels', 'sound'];

/** What the nth worker of each wave does. @param {number} worker @param {number} wave */
function workOf(worker, wave) {
  if (worker === 1) return session(wave < 3 ? '@ask git push origin sprites --force-with-lease' : '');
  if (worker === 2) return demo(wave === 1 ? '@until report.md\n@work 1s' : '@work 1s', true);
  if (worker === 3) return wave === 1 ? session('@end') : demo('@say no such table\n@exit 1');
  return demo('@work 900s');
}

/**
 * Six waves of an Overwatch, seven workers and their own. `seconds`: how long they work before it returns.
 * @param {Served} served @param {number} seconds @returns {Promise<Shown>}
 */
export async function many(served, seconds) {
  let shown = { agent: '', report: '' };
  for (let wave = 1; wave <= 6; wave++) {
    const top = await deploy(served, { agent_type: 'L1', name: `Overwatch ${wave}`, config: demo('@work 900s') });
    const shares = [0.17, 0.16, 0.15, 0.14, 0.13, 0.13, 0.12];
    for (let worker = 1; worker <= 7; worker++) {
      const id = await deploy(served, {
        agent_type: `L2.${worker}`,
        parent_agent: top,
        name: names[worker - 1],
        group: { id: `wave-${wave}`, size: 7 },
        estimated_workload: shares[worker - 1],
        config: workOf(worker, wave),
      });
      if (wave === 1 && worker === 1) shown = { agent: id, report: '' };
      if (wave === 1 && worker === 2) shown = { ...shown, report: id };
      if (worker === 2 || worker === 3) continue;
      for (let micro = 1; micro <= 8; micro++) {
        await deploy(served, {
          agent_type: `L3.${worker}.${micro}`,
          parent_agent: id,
          name: `file ${micro}`,
          group: { id: `files of ${names[worker - 1]}`, size: 8 },
          estimated_workload: 1 / 8,
          config: micro < 3 ? demo('@work 900s') : demo('@work 1s\n@report Fine.', true),
        });
      }
    }
  }
  const { completion_report: file } = await call(served, 'GET', `agents/${shown.report}`);
  writeFileSync(file, incomplete);
  writeFileSync(join(served.root, 'report.md'), '');
  await rest(seconds * 1000);
  return shown;
}
