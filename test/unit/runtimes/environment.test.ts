import { describe, expect, test } from 'vitest';
import { agentEnvironment, environmentValue } from '../../../main/coordinator/runtimes/environment.ts';

describe('the environment of an agent', () => {
  test('leaves out what belongs to an outer session, to the coordinator and to npm', () => {
    const inherited = {
      CLAUDECODE: '1',
      CLAUDE_CODE_SESSION_ID: 'x',
      CLAUDE_CODE_ENTRYPOINT: 'cli',
      CLAUDE_PROJECT_DIR: '/p',
      AI_AGENT: 'x',
      ZIGGIE_TOKEN: 'operator',
      ZIGGIE_ROOT: '/elsewhere',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--inspect',
      NODE_CHANNEL_FD: '3',
      npm_lifecycle_event: 'start',
      npm_config_registry: 'x',
      INIT_CWD: '/x',
      UNSET: undefined,
    };
    expect(agentEnvironment(inherited, {}, 'linux')).toEqual({});
  });

  test('keeps keys, logins and the rest of a person’s own settings', () => {
    const inherited = {
      PATH: '/bin',
      HOME: '/home/ada',
      ANTHROPIC_API_KEY: 'k',
      ANTHROPIC_BASE_URL: 'u',
      NPM_TOKEN: 't',
      CLAUDE_CONFIG_DIR: '/c',
      CLAUDE_CODE_OAUTH_TOKEN: 'o',
      CLAUDE_CODE_USE_BEDROCK: '1',
      CLAUDE_CODE_GIT_BASH_PATH: 'C:\\bash.exe',
    };
    expect(agentEnvironment(inherited, {}, 'linux')).toEqual(inherited);
  });

  test('additions win, also over scrubbed names', () => {
    const env = agentEnvironment({ A: 'old', ZIGGIE_RUN: 'outer' }, { A: 'new', ZIGGIE_RUN: 'own' }, 'linux');
    expect(env).toEqual({ A: 'new', ZIGGIE_RUN: 'own' });
  });

  test('on Windows a name is the same in any case, and there is one value for it', () => {
    const env = agentEnvironment({ Path: 'C:\\a', claudecode: '1', Node_Options: 'x' }, { PATH: 'C:\\b' }, 'win32');
    expect(env).toEqual({ PATH: 'C:\\b' });
    expect(agentEnvironment({ Path: '/a' }, { PATH: '/b' }, 'linux')).toEqual({ Path: '/a', PATH: '/b' });
  });

  test('a value is read in any case on Windows only, and empty is absent', () => {
    expect(environmentValue({ Path: 'x' }, 'PATH', 'win32')).toBe('x');
    expect(environmentValue({ Path: 'x' }, 'PATH', 'linux')).toBeNull();
    expect(environmentValue({ PATH: '' }, 'PATH', 'win32')).toBeNull();
  });
});
