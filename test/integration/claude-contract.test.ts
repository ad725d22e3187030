/**
 * The real Claude Code against a model API on the loopback, called as the runtime calls it. Its releases change weekly:
 * what the coordinator relies on is said here, and a new release is tried by changing the version in test/claude-cli.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createClaudeRuntime } from '../../main/coordinator/runtimes/claude.ts';
import type { OutputReader } from '../../main/coordinator/runtimes/runtime.ts';
import { claudeCli } from '../rig/claude-cli.ts';
import { type ClaudeRun, type ClaudeRunOptions, startClaude } from '../rig/claude-run.ts';
import { type MessagesRequest } from '../rig/messages-conversation.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';

const cli = await claudeCli();
const program = 'file' in cli ? cli.file : '';
const cliFolder = path.resolve(import.meta.dirname, '../claude-cli/node_modules');
const nobody = 65_534;

/** US dollars per million tokens that this release charges for claude-sonnet-4-5: input, output, cache read, cache write. */
const price = [3, 15, 0.3, 3.75] as const;

const describeCli = 'skip' in cli ? describe.skip : describe;
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

describeCli('Claude Code as the runtime starts it', { timeout: 90_000 }, () => {
  const runs: ClaudeRun[] = [];
  const stubs: MessagesStub[] = [];
  let stub: MessagesStub;

  beforeEach(async () => {
    stub = await startMessagesStub();
    stubs.push(stub);
  });
  afterEach(async () => {
    for (const run of runs.splice(0)) await run.dispose();
    for (const used of stubs.splice(0)) await used.close();
  });

  async function start(prompt: string, options: Partial<ClaudeRunOptions> = {}): Promise<ClaudeRun> {
    const run = await startClaude({ command: program, stubUrl: stub.url, prompt, ...options });
    runs.push(run);
    return run;
  }

  test('works outside its folder with its own tools and states its session, tokens and cost', async () => {
    const run = await start(
      '[[tokens:1000:50:2000:300]][[write:{{report_file}}:# {{agent_id}}\n]]' +
        '[[tokens:500:40]][[bash:echo from bash >> "$ZIGGIE_REPORT_FILE"]][[say:finished]]',
      { facts: { model: 'claude-sonnet-4-5' } },
    );
    expect(await run.ended(), await run.log()).toBe(0);
    expect(await readFile(run.reportFile, 'utf8')).toBe('# agent_20251109_143000_1\nfrom bash\n');
    const reader = await readerOf(run);
    expect(reader.result()).toEqual({ isError: false, summary: 'finished' });
    const billed = billedTokens(stub);
    expect(billed).toEqual({ input: 1600, output: 110, cache_read: 2000, cache_write: 300 });
    expect(reader.usage().tokens).toEqual(billed);
    expect(reader.usage().session_id).toBe(optionOf(run, '--session-id'));
    const cost = (1600 * price[0] + 110 * price[1] + 2000 * price[2] + 300 * price[3]) / 1e6;
    expect(reader.usage().cost_usd).toBeCloseTo(cost, 9);
  });

  test('tells the model its instructions and offers no tool that starts agents', async () => {
    const run = await start('[[say:hi]]');
    await run.ended();
    const request = onlyRequest(stub);
    const system = JSON.stringify(request.system);
    expect(system).toContain('Your agent id is `agent_20251109_143000_1`');
    expect(system).toContain(run.reportFile);
    const log = await run.log();
    const init = JSON.parse(log.split('\n').find((line) => line.includes('"subtype":"init"')) ?? '{}') as {
      tools: string[];
    };
    expect(init.tools).toEqual(expect.arrayContaining(['Bash', 'Read', 'Edit', 'Write']));
    for (const tool of ['Task', 'Agent', 'Workflow', 'CronCreate', 'ScheduleWakeup', 'EnterWorktree', 'SendMessage']) {
      expect(init.tools).not.toContain(tool);
    }
  });

  test.runIf(process.getuid?.() === 0)('works for an ordinary user, with permissions bypassed', async (context) => {
    const reachable = await isReachableForAll(program);
    context.skip(!reachable, 'the program lies in a folder that other users may not enter');
    const run = await start('[[write:{{report_file}}:report]][[bash:id -u >> "$ZIGGIE_REPORT_FILE"]][[say:finished]]', {
      uid: nobody,
    });
    expect(await run.ended(), await run.log()).toBe(0);
    expect(optionOf(run, '--permission-mode')).toBe('bypassPermissions');
    expect(await readFile(run.reportFile, 'utf8')).toBe(`report${nobody}\n`);
  });

  test('a prompt that begins with a slash reaches the model as text', async () => {
    const run = await start('/compact the list [[say:understood]]');
    expect(await run.ended(), await run.log()).toBe(0);
    expect(JSON.stringify(onlyRequest(stub).messages)).toContain('/compact the list');
    expect((await readerOf(run)).result()).toEqual({ isError: false, summary: 'understood' });
  });

  test('an error of the model API is an error result', async () => {
    const run = await start('[[error:400]]');
    expect(await run.ended()).toBe(1);
    expect((await readerOf(run)).result()).toEqual({
      isError: true,
      summary: expect.stringContaining('scripted error 400') as string,
    });
  });

  test('a refused key is told while it is tried again', async () => {
    const run = await start('[[error:401]]', { env: { CLAUDE_CODE_MAX_RETRIES: '1' } });
    expect(await run.ended()).toBe(1);
    const reader = run.runtime.outputReader();
    const told = new Set((await run.log()).split('\n').map((line) => (reader.line(line), reader.usage().activity)));
    expect([...told]).toContainEqual(expect.stringContaining('login refused (authentication_failed)'));
    expect(reader.result()).toMatchObject({ isError: true });
  });

  test('an error that passes is survived', async () => {
    const run = await start('[[error:529:1]][[say:after all]]');
    expect(await run.ended(), await run.log()).toBe(0);
    expect((await readerOf(run)).result()).toEqual({ isError: false, summary: 'after all' });
  });

  test('SIGINT in the middle of a command ends the command and is told, with or without a result line', async () => {
    const run = await start('[[bash:echo $$ > "$ZIGGIE_REPORT_FILE"; sleep 300]]');
    const pid = Number(await contentOf(run.reportFile));
    onTestFinished(() => {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
    });
    run.signal('SIGINT');
    await run.ended(20_000);
    const reader = await readerOf(run);
    const interrupted = { isError: true, summary: 'interrupted while a tool ran' };
    expect(reader.result(), await run.log()).toEqual(interrupted);
    expect(reader.usage().session_id).toBe(optionOf(run, '--session-id'));
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });

  test('what ends in the background wakes it again: the last result and the totals count', async () => {
    const background = { command: 'sleep 1; echo done', description: 'scripted', run_in_background: true };
    const run = await start(`[[tool:Bash:${JSON.stringify(background)}]][[say:waiting]]`);
    expect(await run.ended(), await run.log()).toBe(0);
    expect((await run.log()).match(/"type":"result"/g)?.length, await run.log()).toBe(2);
    const reader = await readerOf(run);
    expect(reader.usage().tokens).toEqual(billedTokens(stub));
    expect(reader.result()?.isError).toBe(false);
  });

  test("the agent's own limits on turns and cost end it with an error result", async () => {
    const turns = await start('[[bash:true]][[bash:true]][[say:never]]', { facts: { max_turns: 1 } });
    await turns.ended();
    expect((await readerOf(turns)).result()).toEqual({
      isError: true,
      summary: expect.stringContaining('turns') as string,
    });
    const cost = await start('[[tokens:900000:1]][[bash:true]][[say:never]]', { facts: { max_cost_usd: 0.01 } });
    await cost.ended();
    expect((await readerOf(cost)).result()).toEqual({
      isError: true,
      summary: expect.stringContaining('budget') as string,
    });
  });

  test("the administrator's arguments come last and win", async () => {
    const run = await start('[[say:hi]]', { args: ['--model', 'claude-haiku-4-5'] });
    expect(await run.ended(), await run.log()).toBe(0);
    expect(onlyRequest(stub).model).toContain('haiku');
  });

  test('the program is found behind the text that npm leaves when install scripts are off', async () => {
    const home = await mkdtemp(path.join(tmpdir(), 'ziggie-home-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const runtime = createClaudeRuntime({
      name: 'claude',
      config: { kind: 'claude', command: path.join(cliFolder, '.bin', 'claude'), args: [], env: {} },
      env: { PATH: process.env['PATH'], HOME: home },
      platform: process.platform,
      isRoot: false,
      ziggie: '/app/dist/main/ziggie.js',
      homedir: home,
    });
    expect(await runtime.locate()).toEqual({ ok: true, value: { file: program, leadingArgs: [], env: {} } });
  });
});

async function readerOf(run: ClaudeRun): Promise<OutputReader> {
  const reader = run.runtime.outputReader();
  for (const line of (await run.log()).split('\n')) reader.line(line);
  return reader;
}

function billedTokens({ billed }: MessagesStub) {
  const sum = (pick: (answer: (typeof billed)[number]) => number): number =>
    billed.reduce((total, answer) => total + pick(answer), 0);
  return {
    input: sum((answer) => answer.input_tokens),
    output: sum((answer) => answer.output_tokens),
    cache_read: sum((answer) => answer.cache_read_input_tokens),
    cache_write: sum((answer) => answer.cache_creation_input_tokens),
  };
}

function onlyRequest({ requests }: MessagesStub): MessagesRequest {
  const [request] = requests;
  if (request === undefined || requests.length > 1) throw new Error(`${requests.length} requests arrived`);
  return request;
}

const optionOf = (run: ClaudeRun, option: string): string | undefined => run.args[run.args.indexOf(option) + 1];

/** Waits until the file has a whole line. */
async function contentOf(file: string): Promise<string> {
  const read = (): Promise<string> => readFile(file, 'utf8').catch(() => '');
  await expect.poll(read, { timeout: 20_000 }).toMatch(/\n$/);
  return read();
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function isReachableForAll(file: string): Promise<boolean> {
  const folders: string[] = [];
  for (let folder = path.dirname(file); folder !== path.dirname(folder); folder = path.dirname(folder))
    folders.push(folder);
  const modes = await Promise.all(folders.map(async (folder) => (await stat(folder)).mode));
  return modes.every((mode) => (mode & 0o001) !== 0);
}
