/** `ziggie init`: makes a project's agents know the coordinator. Shows what it would write before it writes it. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { type CliResult, showFailure, usage } from '../failure.ts';
import { agentInstructions, type Server, serverOf, withInstructions, withServer } from '../init/project-files.ts';

interface InitOptions {
  readonly yes?: boolean;
  readonly instructions?: string;
}

interface Change {
  readonly file: string;
  readonly before: string | null;
  readonly after: string;
}

export function addInit(program: Command, run: Run): void {
  program
    .command('init')
    .description('Give the agents of a project the tools: an entry in .mcp.json and a section of instructions.')
    .argument('[folder]', 'the project (default: here)')
    .option('--instructions <file>', 'where the section goes (default: AGENTS.md if there, else CLAUDE.md)')
    .option('-y, --yes', 'write without asking')
    .addHelpText('after', initHelp)
    .action(run((context, folder: string | undefined, options: InitOptions) => init(context, folder ?? '.', options)));
}

const initHelp = `
It shows what it would write and asks. Where nobody can be asked it writes nothing without --yes. Running it again
brings both up to date; what else is in the files stays.

Example:
  ziggie init ~/projects/game

${exitCodesHelp}`;

async function init(context: Context, given: string, { yes, instructions }: InitOptions): Promise<ExitCode> {
  const { io, json } = context;
  const folder = resolve(io.cwd, given);
  const planned = await plan(context, folder, instructions ?? null);
  if (!planned.ok) return await showFailure(io, json, planned.failure);
  const changes = planned.value.filter(({ before, after }) => before !== after);
  if (changes.length === 0) {
    await io.out(json ? `${JSON.stringify({ written: [] })}\n` : 'Everything is there already.\n');
    return exitCodes.ok;
  }
  if (!json) for (const change of changes) await io.out(shown(change, folder));
  if (yes !== true && !(await isAgreed(context))) {
    if (json)
      await io.out(
        `${JSON.stringify({ written: [], would_write: changes.map(({ file, after }) => ({ file, text: after })) })}\n`,
      );
    else await io.err('ziggie: nothing was written. Run it again with --yes to write this.\n');
    return exitCodes.failed;
  }
  for (const { file, after } of changes) {
    const written = await replaceFile(file, after);
    if (!written.ok) return await showFailure(io, json, written.failure);
  }
  const files = changes.map(({ file }) => file);
  await io.out(json ? `${JSON.stringify({ written: files })}\n` : files.map((file) => `written  ${file}\n`).join(''));
  return exitCodes.ok;
}

async function plan({ io }: Context, folder: string, instructions: string | null): Promise<CliResult<Change[]>> {
  if (!existsSync(folder)) return usage(`There is no folder ${folder}.`);
  const mcp = join(folder, '.mcp.json');
  const mcpBefore = await readOrNull(mcp);
  if (!mcpBefore.ok) return mcpBefore;
  const mcpAfter = withServer(mcpBefore.value, await server(io), mcp);
  if (!mcpAfter.ok) return mcpAfter;
  const name = instructions ?? (existsSync(join(folder, 'AGENTS.md')) ? 'AGENTS.md' : 'CLAUDE.md');
  const told = resolve(folder, name);
  const toldBefore = await readOrNull(told);
  if (!toldBefore.ok) return toldBefore;
  return {
    ok: true,
    value: [
      { file: mcp, before: mcpBefore.value, after: mcpAfter.value },
      { file: told, before: toldBefore.value, after: withInstructions(toldBefore.value, agentInstructions) },
    ],
  };
}

async function server({ env }: Context['io']): Promise<Server> {
  const { isOnPath } = await import('../../doctor.ts');
  const { execPath: program, argv, versions, platform } = process;
  return serverOf({ program, script: argv[1] ?? '', versions, platform, isOnPath: await isOnPath(env) });
}

async function readOrNull(file: string): Promise<CliResult<string | null>> {
  try {
    return { ok: true, value: await readFile(file, 'utf8') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { ok: true, value: null };
    return usage(`${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}

async function replaceFile(file: string, text: string): Promise<CliResult<void>> {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, file);
    return { ok: true, value: undefined };
  } catch (error) {
    await rm(temporary, { force: true });
    return usage(`${file} cannot be written (${error instanceof Error ? error.message : String(error)}).`);
  }
}

const shown = ({ file, before, after }: Change, folder: string): string =>
  `${before === null ? 'new' : 'changed'}: ${relative(folder, file)}\n${after.replace(/^/gm, '  ').trimEnd()}\n\n`;

async function isAgreed({ io, json }: Context): Promise<boolean> {
  return !json && (await io.ask('Write this? [y/N] ')) === true;
}
