/** The installer's script and the application must mean the same entry, or an uninstall would leave one behind. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  loginCommand,
  loginItemArguments,
  loginItemName,
  runKey,
  startupApprovedKey,
} from '../../../main/shell/login/login-item.ts';

const script = join(import.meta.dirname, '../../../assets/installer/login.nsh');

test.skipIf(!existsSync(script))('the installer registers the start at login under the application’s own names', () => {
  const text = readFileSync(script, 'utf8');
  const defined = Object.fromEntries(
    [...text.matchAll(/^!define (\w+) "([^"]*)"/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  expect(defined).toMatchObject({
    ZIGGIE_LOGIN_NAME: loginItemName,
    ZIGGIE_LOGIN_ARGUMENTS: loginItemArguments.join(' '),
    ZIGGIE_RUN_KEY: runKey,
    ZIGGIE_APPROVED_KEY: startupApprovedKey,
  });
  const [, written = ''] = /WriteRegStr .*"\$\{ZIGGIE_LOGIN_NAME\}" '([^']*)'/.exec(text) ?? [];
  const filled = written
    .replace('${ZIGGIE_LOGIN_ARGUMENTS}', loginItemArguments.join(' '))
    .replace('${APP_EXECUTABLE_FILENAME}', 'Ziggie.exe')
    .replace('$INSTDIR', "C:\\O'Neil & Sons");
  expect(filled).toBe(loginCommand("C:\\O'Neil & Sons\\Ziggie.exe"));
});
