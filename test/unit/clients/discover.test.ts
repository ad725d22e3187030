import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseRoot, discover } from '../../../clients/typescript/discover.ts';
import { defaultRoot } from '../../../protocol/default-root.ts';

const nowhere = () => false;

describe('the default root', () => {
  it.each([
    ['win32 with C:\\Ziggie', 'win32', { LOCALAPPDATA: 'D:\\L' }, () => true, 'C:\\Ziggie\\agent-deployment'],
    ['win32', 'win32', { LOCALAPPDATA: 'D:\\L' }, nowhere, 'D:\\L\\Ziggie\\agent-deployment'],
    ['win32, bare', 'win32', {}, nowhere, 'HOME\\AppData\\Local\\Ziggie\\agent-deployment'],
    ['linux', 'linux', {}, nowhere, 'HOME/.local/share/ziggie/agent-deployment'],
    ['linux with XDG', 'linux', { XDG_DATA_HOME: '/data/' }, nowhere, '/data/ziggie/agent-deployment'],
    ['relative XDG', 'linux', { XDG_DATA_HOME: 'data' }, nowhere, 'HOME/.local/share/ziggie/agent-deployment'],
    ['darwin', 'darwin', {}, nowhere, 'HOME/.local/share/ziggie/agent-deployment'],
  ])('on %s', (_name, platform, env, exists, expected) => {
    expect(defaultRoot(platform, env, 'HOME', exists)).toBe(expected);
  });

  it('gives way to ZIGGIE_ROOT, and that to what was given', () => {
    expect(chooseRoot(null, { XDG_DATA_HOME: '/x' })).toMatch(/agent-deployment$/);
    expect(chooseRoot(null, { ZIGGIE_ROOT: '/env' })).toBe('/env');
    expect(chooseRoot('/given', { ZIGGIE_ROOT: '/env' })).toBe('/given');
  });
});

describe('finding the coordinator', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ziggie-discover-'));
  });
  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  async function announce(fields: Record<string, unknown> = {}) {
    const discovery = {
      api_version: '1.2',
      pid: process.pid,
      port: 5000,
      url: 'http://127.0.0.1:5000',
      started_at: '2025-11-09T14:30:00.000Z',
      token_file: join(root, 'token'),
      root,
      ...fields,
    };
    await writeFile(join(root, 'coordinator.json'), JSON.stringify(discovery));
  }

  it('reads the address and the token it names', async () => {
    await announce();
    await writeFile(join(root, 'token'), 'secret\n');
    expect(await discover(root, {})).toEqual({
      ok: true,
      value: { url: 'http://127.0.0.1:5000', token: 'secret', root },
    });
  });

  it('says what it looked for and what to do when nothing is there', async () => {
    const found = await discover(root, {});
    expect(found).toMatchObject({ ok: false, failure: { code: 'UNREACHABLE' } });
    expect(found.ok ? '' : found.failure.message).toBe(
      `No coordinator was found: ${join(root, 'coordinator.json')} cannot be read (there is no such file). ` +
        'Start one with `ziggie serve`, or name its folder with --root or ZIGGIE_ROOT.',
    );
  });

  it('tells a coordinator that is gone from one that never was', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await announce({ pid: child.pid });
    const found = await discover(root, {});
    expect(found.ok ? '' : found.failure.message).toContain(`names process ${child.pid}, which is gone`);
  });

  it('says so when the token is not there', async () => {
    await announce();
    const found = await discover(root, {});
    expect(found.ok ? '' : found.failure.message).toContain(`its token ${join(root, 'token')} cannot be read`);
  });

  it('does not accept a discovery file of another shape', async () => {
    await announce({ url: 7 });
    expect(await discover(root, {})).toMatchObject({ ok: false, failure: { code: 'UNEXPECTED_ANSWER' } });
  });

  it("uses an agent's own address and token, unless another root is meant", async () => {
    const env = { ZIGGIE_URL: 'http://127.0.0.1:6000', ZIGGIE_TOKEN: 'mine', ZIGGIE_ROOT: '/agents/root' };
    const own = { ok: true, value: { url: 'http://127.0.0.1:6000', token: 'mine', root: '/agents/root' } };
    expect(await discover(null, env)).toEqual(own);
    expect(await discover('/agents/root/', env)).toEqual(own);
    await announce();
    await writeFile(join(root, 'token'), 'secret');
    expect(await discover(root, env)).toMatchObject({ ok: true, value: { token: 'secret' } });
  });

  it("takes an agent's token to where its root's coordinator is now, if that lives", async () => {
    const env = { ZIGGIE_URL: 'http://127.0.0.1:6000', ZIGGIE_TOKEN: 'mine', ZIGGIE_ROOT: root };
    const at = (url: string) => ({ ok: true, value: { url, token: 'mine', root } });
    expect(await discover(null, env)).toEqual(at('http://127.0.0.1:6000'));
    await announce();
    expect(await discover(null, env)).toEqual(at('http://127.0.0.1:5000'));
    expect(await discover(root, env)).toEqual(at('http://127.0.0.1:5000'));
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    await announce({ pid: child.pid });
    expect(await discover(null, env)).toEqual(at('http://127.0.0.1:6000'));
    await announce({ url: 7 });
    expect(await discover(null, env)).toEqual(at('http://127.0.0.1:6000'));
  });
});
