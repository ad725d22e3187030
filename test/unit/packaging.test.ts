/** The installer's script and the packaging agree with the program: names that are written in both. */
import { readFileSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { serverOf } from '../../main/cli/init/project-files.ts';
import { loginCommand } from '../../main/shell/login/login-item.ts';
import { programOf, startsProgram } from '../../main/shell/login/same-command.ts';
import { defaultRoot } from '../../protocol/default-root.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const script = readdirSync(resolve(root, 'assets/installer'))
  .filter((name) => name.endsWith('.nsh'))
  .map((name) => read(`assets/installer/${name}`))
  .join('\n');
const builder = read('electron-builder.yml');

test('the installer uses the names of the program', () => {
  expect(builder).toMatch(/^appId: dev\.ziggie\.coordinator$/m);
  expect(builder).toMatch(/^productName: Ziggie$/m);
  expect(script).toContain('!define ZIGGIE_LOGIN_NAME "Ziggie"');
  expect(script).toContain('!define ZIGGIE_LOGIN_ARGUMENTS "--hidden"');
  expect(read('main/shell/ask-to-quit.ts')).toContain("quitSwitch = '--quit'");
  expect(script).toContain(`" --quit'`);
  expect(read('assets/installer/bin/ziggie.cmd')).toContain('"%~dp0..\\Ziggie.exe"');
});

test('the packaged command, `ziggie init` and the start at login name one program', () => {
  const command = read('assets/installer/bin/ziggie.cmd');
  const [, program = '', script = ''] = /^"([^"]+)" "([^"]+)" %\*\r?$/m.exec(command) ?? [];
  const inBin = (path: string): string => path.replace('%~dp0', 'D:\\My Tools\\Ziggie\\bin\\');
  const started = { program: inBin(program), script: inBin(script), platform: 'win32', isOnPath: true } as const;
  const server = serverOf({ ...started, versions: { electron: '45.4.1' } });
  expect(server).toEqual({
    command: 'D:\\My Tools\\Ziggie\\Ziggie.exe',
    args: ['D:\\My Tools\\Ziggie\\resources\\app.asar\\dist\\main\\ziggie.js', 'mcp'],
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  // What the wrapper sets for its one child is what the entry sets for its.
  for (const [name, value] of Object.entries(server.env ?? {})) expect(command).toContain(`set "${name}=${value}"`);
  const atLogin = loginCommand(server.command);
  expect(programOf(atLogin)).toBe(server.command);
  expect(startsProgram(atLogin, server.command)).toBe(true);
});

test('`ziggie init` names the command where agents can start it, and else what runs', () => {
  const own = { program: '/usr/bin/node', script: '/z/ziggie.js', versions: {}, platform: 'linux' } as const;
  expect(serverOf({ ...own, isOnPath: true })).toEqual({ command: 'ziggie', args: ['mcp'] });
  expect(serverOf({ ...own, isOnPath: false })).toEqual({ command: '/usr/bin/node', args: ['/z/ziggie.js', 'mcp'] });
  const desktop = { ...own, program: '/opt/ziggie/ziggie', versions: { electron: '45.4.1' }, isOnPath: false };
  expect(serverOf(desktop).env).toEqual({ ELECTRON_RUN_AS_NODE: '1' });
  // On Windows the name on PATH is ziggie.cmd, which nothing starts without a shell.
  const onWindows = {
    ...own,
    program: 'C:\\node.exe',
    script: 'C:\\z\\ziggie.js',
    platform: 'win32',
    isOnPath: true,
  } as const;
  expect(serverOf(onWindows)).toEqual({ command: 'C:\\node.exe', args: ['C:\\z\\ziggie.js', 'mcp'] });
});

test('/PORT= finds the root that the coordinator will use', () => {
  const withFolder = defaultRoot('win32', {}, 'C:\\Users\\me', () => true);
  const without = defaultRoot('win32', { LOCALAPPDATA: '$LOCALAPPDATA' }, '', () => false);
  const machine = /!define ZIGGIE_ROOT_OF_MACHINE "([^"]+)"/.exec(script)?.[1] ?? '';
  expect(`${machine}\\agent-deployment`).toBe(withFolder);
  expect(script).toContain('StrCpy $R2 "${ZIGGIE_ROOT_OF_MACHINE}\\agent-deployment"');
  expect(script).toContain(`StrCpy $R2 "${without}"`);
});

test('the actions of the workflows are pinned by commit, with few permissions and a limit of time', () => {
  for (const name of readdirSync(resolve(root, '.github/workflows'))) {
    const workflow = read(`.github/workflows/${name}`);
    const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action);
    expect(uses.length).toBeGreaterThan(0);
    for (const action of uses) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40}$/);
    expect(workflow).toMatch(/^permissions:\n {2}contents: read$/m);
    expect(workflow.split('runs-on:')).toHaveLength(workflow.split('timeout-minutes:').length);
  }
});

test('the icon has every size that Windows asks for', () => {
  const icon = readFileSync(resolve(root, 'assets/icons/app.ico'));
  const sizes = Array.from({ length: icon.readUInt16LE(4) }, (_, index) => icon.readUInt8(6 + index * 16) || 256);
  expect(sizes).toEqual([16, 20, 24, 32, 40, 48, 64, 128, 256]);
});
