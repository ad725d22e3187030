import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createClaudeRuntime } from '../../../main/coordinator/runtimes/claude.ts';
import { launchSpec } from '../../rig/agent-facts.ts';

const program = { file: '/opt/claude', leadingArgs: [], env: {} };

const runtime = createClaudeRuntime({
  name: 'claude',
  config: {
    kind: 'claude',
    command: '/opt/claude',
    args: ['--effort', 'low'],
    env: { DISABLE_AUTOUPDATER: '0', KEY: 'v' },
  },
  env: {},
  platform: 'linux',
  isRoot: false,
  ziggie: '/app/dist/main/ziggie.js',
  homedir: '/home/ada',
});

describe('Claude Code as a runtime', () => {
  test('the prompt is standard input and the instructions are a file in the run folder', () => {
    const spec = launchSpec();
    const launch = runtime.launch(program, spec);
    const instructions = path.join(spec.runFolder, 'instructions.md');
    expect(launch).toMatchObject({ file: '/opt/claude', promptOnStdin: true });
    const mcpConfig = path.join(spec.runFolder, 'mcp.json');
    expect(Object.keys(launch.files)).toEqual([instructions, mcpConfig]);
    expect(launch.args).toContain(instructions);
    expect(launch.args).toContain(`--mcp-config=${mcpConfig}`);
    expect(launch.files[mcpConfig]).toContain(`"${spec.url}/mcp"`);
    // The token is named, and taken from the agent's environment.
    expect(launch.files[mcpConfig]).toContain('"Bearer ${ZIGGIE_TOKEN}"');
    expect(launch.args.slice(-2)).toEqual(['--effort', 'low']);
  });

  test('every launch has a session of its own, a UUID of version 4', () => {
    const sessions = [1, 2].map(() => {
      const { args } = runtime.launch(program, launchSpec());
      return args[args.indexOf('--session-id') + 1];
    });
    expect(new Set(sessions).size).toBe(2);
    for (const session of sessions)
      expect(session).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  test('the administrator’s environment wins over ours, what the program needs over both', () => {
    const script = { file: '/opt/node', leadingArgs: ['/opt/cli.js'], env: { ELECTRON_RUN_AS_NODE: '1' } };
    const launch = runtime.launch(script, launchSpec());
    expect(launch.env).toEqual({
      DISABLE_AUTOUPDATER: '0',
      MCP_CONNECT_TIMEOUT_MS: '30000',
      KEY: 'v',
      ELECTRON_RUN_AS_NODE: '1',
    });
    expect(launch.args[0]).toBe('/opt/cli.js');
    expect(launch.env).not.toHaveProperty('IS_SANDBOX');
  });

  test('a prompt that begins with a slash gets a line before it, others stay as they are', () => {
    expect(runtime.preparePrompt('/review')).toBe('\n/review');
    expect(runtime.preparePrompt('read /etc')).toBe('read /etc');
  });

  test('it is interrupted before it is terminated, within the grace', () => {
    const steps = runtime.stopSteps(10);
    expect(steps.map(({ signal }) => signal)).toEqual(['SIGINT', 'SIGTERM']);
    expect(steps[0]?.waitSeconds).toBeGreaterThan(steps[1]?.waitSeconds ?? Infinity);
    expect(steps.reduce((sum, { waitSeconds }) => sum + waitSeconds, 0)).toBeCloseTo(10);
  });
});
