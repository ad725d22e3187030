import { describe, expect, test } from 'vitest';
import { shimTarget } from '../../../main/coordinator/runtimes/windows-shim.ts';

const folder = 'C:\\Users\\ada\\AppData\\Roaming\\npm';

const npmHead = [
  '@ECHO off',
  'GOTO start',
  ':find_dp0',
  'SET dp0=%~dp0',
  'EXIT /b',
  ':start',
  'SETLOCAL',
  'CALL :find_dp0',
];

describe('a .cmd shim', () => {
  test('of npm that starts a program', () => {
    const text = [...npmHead, '"%dp0%\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe"   %*', ''].join(
      '\r\n',
    );
    expect(shimTarget(text, folder)).toBe(`${folder}\\node_modules\\@anthropic-ai\\claude-code\\bin\\claude.exe`);
  });

  test('of npm that starts a script with node, which is not taken for the target', () => {
    const text = [
      ...npmHead,
      'IF EXIST "%dp0%\\node.exe" (',
      '  SET "_prog=%dp0%\\node.exe"',
      ') ELSE (',
      '  SET "_prog=node"',
      ')',
      'endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*',
    ].join('\r\n');
    expect(shimTarget(text, folder)).toBe(`${folder}\\node_modules\\@openai\\codex\\bin\\codex.js`);
  });

  test('of pnpm, with a path that goes up', () => {
    const text = [
      '@SETLOCAL',
      '@IF EXIST "%~dp0\\node.exe" (',
      '  "%~dp0\\node.exe"  "%~dp0\\..\\store\\gemini.mjs" %*',
      ') ELSE (',
      '  node  "%~dp0\\..\\store\\gemini.mjs" %*',
      ')',
    ].join('\n');
    expect(shimTarget(text, folder)).toBe('C:\\Users\\ada\\AppData\\Roaming\\store\\gemini.mjs');
  });

  test('with an absolute target', () => {
    expect(shimTarget('@"D:\\tools\\agent.exe" %*', folder)).toBe('D:\\tools\\agent.exe');
  });

  test('that is some other batch file has no target', () => {
    expect(shimTarget('@echo off\r\necho "%~dp0\\x.exe"\r\npython "%~dp0\\x.py" %*', folder)).toBeNull();
    expect(shimTarget('', folder)).toBeNull();
  });
});
