import { describe, expect, test } from 'vitest';
import { claudePlaces } from '../../../main/coordinator/runtimes/claude-places.ts';

describe('where Claude Code is looked for', () => {
  test('on Windows: PATH, the native installer, npm and its kin, WinGet', () => {
    const places = claudePlaces({
      platform: 'win32',
      homedir: 'C:\\Users\\ada',
      env: {
        Path: 'C:\\tools;"C:\\with blank";.;bin',
        AppData: 'C:\\Users\\ada\\AppData\\Roaming',
        LOCALAPPDATA: 'C:\\Users\\ada\\AppData\\Local',
        ProgramFiles: 'C:\\Program Files',
      },
    });
    expect(places.slice(0, 5)).toEqual([
      'C:\\tools\\claude.exe',
      'C:\\tools\\claude.cmd',
      'C:\\with blank\\claude.exe',
      'C:\\with blank\\claude.cmd',
      'C:\\Users\\ada\\.local\\bin\\claude.exe',
    ]);
    expect(places).toEqual(
      expect.arrayContaining([
        'C:\\Users\\ada\\AppData\\Roaming\\npm\\claude.cmd',
        'C:\\Users\\ada\\AppData\\Local\\pnpm\\claude.cmd',
        'C:\\Users\\ada\\AppData\\Local\\Volta\\bin\\claude.exe',
        'C:\\Users\\ada\\.bun\\bin\\claude.exe',
        'C:\\Users\\ada\\scoop\\shims\\claude.exe',
        'C:\\Users\\ada\\.claude\\local\\claude.exe',
        'C:\\Users\\ada\\AppData\\Local\\Microsoft\\WinGet\\Links\\claude.exe',
        'C:\\Program Files\\WinGet\\Links\\claude.exe',
      ]),
    );
    expect(places.filter((place) => !/^[A-Z]:\\/.test(place))).toEqual([]);
  });

  test('on Linux: PATH first, then the home and system folders, never the working folder', () => {
    const places = claudePlaces({ platform: 'linux', homedir: '/home/ada', env: { PATH: '/opt/x:.::bin:/usr/bin' } });
    expect(places.slice(0, 4)).toEqual([
      '/opt/x/claude',
      '/usr/bin/claude',
      '/home/ada/.local/bin/claude',
      '/home/ada/.claude/local/claude',
    ]);
    expect(places).toEqual(
      expect.arrayContaining([
        '/home/ada/.nvm/versions/node/*/bin/claude',
        '/home/ada/.local/share/fnm/node-versions/*/installation/bin/claude',
        '/home/ada/.volta/bin/claude',
        '/home/ada/.bun/bin/claude',
        '/home/ada/.local/share/pnpm/claude',
      ]),
    );
    expect(places.filter((place) => !place.startsWith('/'))).toEqual([]);
  });

  test('where the person’s own settings point', () => {
    const env = { PATH: '/usr/bin', NVM_DIR: '/n', PNPM_HOME: '/p', BUN_INSTALL: '/b', VOLTA_HOME: '/v' };
    const places = claudePlaces({ platform: 'darwin', homedir: '/Users/ada', env });
    expect(places).toEqual(
      expect.arrayContaining([
        '/n/versions/node/*/bin/claude',
        '/p/claude',
        '/b/bin/claude',
        '/v/bin/claude',
        '/opt/homebrew/bin/claude',
      ]),
    );
  });
});
