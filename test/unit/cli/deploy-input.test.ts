import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeployOptions, deployInput } from '../../../main/cli/deploy-input.ts';
import { readPrompt } from '../../../main/cli/prompt-source.ts';
import { deployRequestSchema } from '../../../protocol/request.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';
import { testIo } from '../../rig/cli-io.ts';

const nobody = () =>
  Promise.resolve({ ok: false, failure: { code: 'UNKNOWN_AGENT', message: 'No such agent.' } } as const);
const somebody = () => Promise.resolve({ ok: true, value: agentRecordWith({ level: 2 }) } as const);
const resolve = (value: string) => Promise.resolve({ ok: true, value } as const);
const made = async (
  options: Partial<DeployOptions>,
  env: Record<string, string> = {},
  get: typeof nobody | typeof somebody = nobody,
) => {
  const input = await deployInput({ report: true, ...options }, { prompt: 'work' }, env, { resolve, get });
  return input.ok ? input.value : input.failure;
};

describe('the request of ziggie deploy', () => {
  it('leaves every default to the coordinator', async () => {
    expect(await made({})).toEqual({ agent_type: 'L1', parent_agent: null, config: { prompt: 'work' } });
  });

  it('carries every option to its place', async () => {
    const input = await made({
      type: 'L2.1',
      parent: 'p',
      name: 'n',
      runtime: 'demo',
      model: 'haiku',
      workload: 0.33,
      group: 'wave-1',
      groupSize: 3,
      cwd: '/x',
      timeout: 5,
      maxRuntime: 6,
      maxTurns: 7,
      maxCost: 8,
      report: false,
      priority: 1,
      requestId: 'r1',
    });
    const expected = {
      agent_type: 'L2.1',
      parent_agent: 'p',
      request_id: 'r1',
      name: 'n',
      estimated_workload: 0.33,
      group: { id: 'wave-1', size: 3 },
      priority: 1,
      config: {
        prompt: 'work',
        runtime: 'demo',
        model: 'haiku',
        cwd: '/x',
        timeout: 5,
        max_runtime: 6,
        max_turns: 7,
        max_cost_usd: 8,
        report_required: false,
      },
    };
    expect(input).toEqual(expected);
    expect(deployRequestSchema.parse(input)).toMatchObject(expected);
  });

  it('makes the new agent a child of the agent it runs in', async () => {
    const env = { ZIGGIE_AGENT_ID: 'agent_20251109_143000_1', ZIGGIE_AGENT_TYPE: 'L2.3' };
    expect(await made({}, env)).toMatchObject({ agent_type: 'L3', parent_agent: 'agent_20251109_143000_1' });
    expect(await made({ parent: 'other', type: 'L2' }, env)).toMatchObject({ agent_type: 'L2', parent_agent: 'other' });
  });

  it('works out the type from the level of a parent it can ask for', async () => {
    expect(await made({ parent: 'p' }, {}, somebody)).toMatchObject({ agent_type: 'L3' });
    expect(await made({ parent: 'p' })).toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('Give --type'),
    });
  });

  it('does not take the size of a group without its name', async () => {
    expect(await made({ groupSize: 3 })).toMatchObject({ code: 'USAGE' });
  });
});

describe('where the prompt comes from', () => {
  const place = { folder: '', root: '' };
  beforeAll(async () => {
    place.folder = await realpath(await mkdtemp(join(tmpdir(), 'ziggie-prompt-')));
    place.root = join(place.folder, 'root');
    await mkdir(join(place.root, 'prompts'), { recursive: true });
    await writeFile(join(place.root, 'prompts', 'a.md'), 'inside');
    await writeFile(join(place.folder, 'b.md'), 'outside');
    await writeFile(join(place.folder, 'root-not.md'), 'beside');
  });
  afterAll(async () => {
    await rm(place.folder, { recursive: true });
  });
  const none = { prompt: undefined, promptFile: undefined, source: undefined };
  const read = async (options: Partial<typeof none> | Record<string, string>, stdin = '') => {
    const prompt = await readPrompt({ ...none, ...options }, place.root, testIo({ stdin }).io);
    return prompt.ok ? prompt.value : prompt.failure;
  };

  it('is the text itself, or standard input', async () => {
    expect(await read({ prompt: 'do it' })).toEqual({ prompt: 'do it' });
    expect(await read({ source: '-' }, 'from a pipe\n')).toEqual({ prompt: 'from a pipe\n' });
  });

  it('is a file: by name below the root, as text elsewhere', async () => {
    expect(await read({ promptFile: join(place.root, 'prompts', 'a.md') })).toEqual({ prompt_file: 'prompts/a.md' });
    expect(await read({ promptFile: join(place.folder, 'b.md') })).toEqual({ prompt: 'outside' });
    expect(await read({ promptFile: join(place.folder, 'root-not.md') })).toEqual({ prompt: 'beside' });
  });

  it('is refused with a reason when missing, empty, doubled or unreadable', async () => {
    expect(await read({})).toMatchObject({ code: 'USAGE', message: expect.stringContaining('needs one prompt') });
    expect(await read({ prompt: 'a', source: '-' })).toMatchObject({ code: 'USAGE' });
    expect(await read({ source: '-' }, ' \n')).toMatchObject({ code: 'USAGE' });
    expect(await read({ source: 'task.md' })).toMatchObject({ message: expect.stringContaining('"task.md"') });
    expect(await read({ promptFile: '/no/such' })).toMatchObject({ code: 'PROMPT_NOT_FOUND' });
  });
});
