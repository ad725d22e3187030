import { describe, expect, test } from 'vitest';
import { claudeArgs, type ClaudeCall } from '../../../main/coordinator/runtimes/claude-argv.ts';

const call: ClaudeCall = {
  facts: { model: 'haiku', max_turns: 0, max_cost_usd: 0 },
  sessionId: '11111111-2222-4333-8444-555555555555',
  instructionsFile: '/root-folder/runs/a/instructions.md',
  mcpConfigFile: '/root-folder/runs/a/mcp.json',
  isRoot: false,
  extraArgs: [],
};

describe('the arguments of Claude Code', () => {
  test('of an ordinary user bypass permissions and hold no prompt', () => {
    expect(claudeArgs(call)).toEqual([
      '-p',
      '--output-format',
      'stream-json',
      '--verbose',
      '--session-id',
      call.sessionId,
      '--model=haiku',
      '--permission-mode',
      'bypassPermissions',
      '--allowedTools=mcp__ziggie',
      expect.stringMatching(/^--disallowedTools=Agent,Workflow,/),
      '--strict-mcp-config',
      `--mcp-config=${call.mcpConfigFile}`,
      '--append-system-prompt-file',
      call.instructionsFile,
    ]);
  });

  test('of the superuser allow the tools by name instead', () => {
    const args = claudeArgs({ ...call, isRoot: true });
    expect(args).toContain('dontAsk');
    expect(args).not.toContain('bypassPermissions');
    const allowed = args
      .find((arg) => arg.startsWith('--allowedTools='))
      ?.slice('--allowedTools='.length)
      .split(',');
    expect(allowed).toEqual(
      expect.arrayContaining(['Bash', 'PowerShell', 'Edit', 'Write', 'Read', 'Glob', 'Grep', 'mcp__ziggie']),
    );
  });

  test('of one that asks name the tool that asks, and let it write only its folder and its report unasked', () => {
    for (const isRoot of [false, true]) {
      const args = claudeArgs({ ...call, isRoot, asks: { reportFile: '/root folder/reports/a.md' } });
      expect(args).toContain('--permission-prompt-tool=mcp__ziggie_approvals__permission_prompt');
      expect(args[args.indexOf('--permission-mode') + 1]).toBe('acceptEdits');
      expect(args).toContain('--allowedTools=mcp__ziggie');
      expect(args).toContain('--settings={"permissions":{"allow":["Edit(//root folder/reports/a.md)"]}}');
    }
    expect(claudeArgs(call).join(' ')).not.toContain('permission-prompt');
  });

  test('hold limits only where there are some', () => {
    const args = claudeArgs({ ...call, facts: { model: null, max_turns: 12, max_cost_usd: 0.5 } });
    expect(args.slice(-4)).toEqual(['--max-turns', '12', '--max-budget-usd', '0.5']);
    expect(args.join(' ')).not.toContain('--model');
    expect(claudeArgs(call).join(' ')).not.toContain('--max-');
  });

  test('end with the administrator’s own, which so win', () => {
    expect(claudeArgs({ ...call, extraArgs: ['--effort', 'high'] }).slice(-2)).toEqual(['--effort', 'high']);
  });

  test('no list can swallow an argument after it, and a model’s name cannot become an option', () => {
    const args = claudeArgs({ ...call, isRoot: true, facts: { ...call.facts, model: '--mcp-config' } });
    for (const list of ['--allowedTools', '--disallowedTools', '--mcp-config', '--tools', '--add-dir'])
      expect(args).not.toContain(list);
    expect(args).toContain('--model=--mcp-config');
  });
});
