import { copyFileSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildApp } from '../../../main/api/app.ts';
import { OneTimeSecrets } from '../../../main/api/one-time.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { idleCoordinator } from './idle-coordinator.ts';

test('case 70: a link or a hidden file in the dashboard’s folder is not served', async () => {
  const folder = temporaryFolder();
  const outside = join(folder, 'outside.html');
  const pages = join(folder, 'pages');
  mkdirSync(join(pages, 'assets'), { recursive: true });
  writeFileSync(outside, 'a secret');
  writeFileSync(join(pages, 'index.html'), 'the page');
  writeFileSync(join(pages, '.env.js'), 'a secret');
  symlinkSync(outside, join(pages, 'link.html'));
  linkSync(outside, join(pages, 'hard.html'));
  symlinkSync(folder, join(pages, 'assets', 'up'));
  copyFileSync(outside, join(pages, 'kind.txt'));
  const codes = new OneTimeSecrets(1000);
  const { app } = await buildApp({
    coordinator: idleCoordinator,
    operatorToken: 'a'.repeat(43),
    dashboardFolder: pages,
    codes,
    port: () => 80,
    isStopping: () => false,
    version: '0',
    log: () => undefined,
  });
  onTestFinished(() => app.close());
  const get = (url: string) =>
    app.inject({ url, headers: { host: '127.0.0.1:80', authorization: `Bearer ${'a'.repeat(43)}` } });
  expect((await get('/')).body).toBe('the page');
  for (const url of ['/link.html', '/hard.html', '/.env.js', '/assets/up/outside.html', '/kind.txt']) {
    const { statusCode, body } = await get(url);
    expect([statusCode, body.includes('a secret')], url).toEqual([404, false]);
  }
});
