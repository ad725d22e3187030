import { afterEach, describe, expect, it } from 'vitest';
import { wantsColour } from '../../../main/cli/io.ts';
import { byteRange, decimalNumber, wholeNumber } from '../../../main/cli/option-values.ts';
import { matchAgents } from '../../../main/cli/resolve-agent.ts';
import { resolveParent } from '../../../main/cli/resolve-parent.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';
import { ziggie } from '../../rig/cli-io.ts';
import { type ContractServer, json, problem, type Script, startContractServer } from '../../rig/contract-server.ts';

const servers: ContractServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

/** An agent's environment, pointing at a scripted coordinator. */
async function reach(routes: Script['routes'] = {}) {
  const server = await startContractServer({ routes: routes ?? {} });
  servers.push(server);
  return { server, env: { ZIGGIE_URL: server.url, ZIGGIE_TOKEN: 'mine' } };
}

const listPath = 'GET /api/coordinator/agents';
const agents = [1, 7, 17].map((ordinal) => agentRecordWith({ agent_id: `agent_20251109_143000_${ordinal}` }));
const pathOf = (ordinal: number) => `/api/coordinator/agents/agent_20251109_143000_${ordinal}`;

describe('a wrong command line', () => {
  it.each([
    [['dance'], "unknown command 'dance'"],
    [['ls', '--colour'], "unknown option '--colour'"],
    [['status', '1', '2'], 'too many arguments'],
    [['logs'], 'Whose log? Give the agent, or --overwatch.'],
    [['stop'], "missing required argument 'id'"],
    [['logs', '1', '-n', 'ten'], 'Expected a whole number from 0 to 1000000.'],
    [['ls', '--status', 'dancing'], 'given was "dancing"'],
    [['logs', '1', '-f', '--bytes', '1-2'], '--follow goes on to the end'],
  ])('%j ends with 64 and one line that says why', async (argv, why) => {
    const { code, out, err } = await ziggie(argv);
    expect(code).toBe(64);
    const said = argv.includes('--json') ? out : err;
    expect(said).toContain(why);
    expect(said).toContain('USAGE');
    expect(`${out}${err}`.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is JSON on stdout when JSON was asked for', async () => {
    const { code, out, err } = await ziggie(['ls', '--json', '--colour']);
    expect(code).toBe(64);
    expect(JSON.parse(out)).toMatchObject({ code: 'USAGE' });
    expect(err).toBe('');
  });
});

describe('help', () => {
  it.each([['serve'], ['deploy'], ['ls'], ['status'], ['logs'], ['stop']])(
    'of %s has an example and the exit codes',
    async (name) => {
      const { code, out } = await ziggie([name, '--help']);
      expect(code).toBe(0);
      for (const part of [
        `Usage: ziggie ${name}`,
        '--root <dir>',
        '--json',
        `Example:\n  ziggie ${name}`,
        'Exit codes:',
      ]) {
        expect(out).toContain(part);
      }
    },
  );

  it('comes on stderr with 64 when nothing was asked', async () => {
    const { code, out, err } = await ziggie([]);
    expect([code, out]).toEqual([64, '']);
    expect(err).toContain('Usage: ziggie');
  });

  it('tells the version', async () => {
    expect(await ziggie(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('failures', () => {
  it('end with 69 when no coordinator is found', async () => {
    const { code, err } = await ziggie(['ls', '--root', '/no/such/root']);
    expect(code).toBe(69);
    expect(err).toMatch(
      /^ziggie: UNREACHABLE: No coordinator was found: \/no\/such\/root\/coordinator\.json .*`ziggie serve`.*\n$/,
    );
  });

  it('end with 2 when the coordinator turned it down, its words on one line or as JSON', async () => {
    const failure = { code: 'NOT_ALLOWED', message: 'Not\nyours.', details: { agent: 'x' } } as const;
    const { env } = await reach({ [listPath]: problem(failure) });
    expect(await ziggie(['ls'], { env })).toEqual({ code: 2, out: '', err: 'ziggie: NOT_ALLOWED: Not yours.\n' });
    const asJson = await ziggie(['ls', '--json'], { env });
    expect([asJson.code, asJson.err, JSON.parse(asJson.out)]).toEqual([2, '', failure]);
  });
});

describe('naming an agent', () => {
  const found = (given: string) => matchAgents(agents, given).map(({ agent_id }) => agent_id.slice(22));

  it.each([
    ['agent_20251109_143000_1', ['1']],
    ['7', ['7']],
    ['_17', ['17']],
    ['agent_20251109_143000_17', ['17']],
    ['agent_2025', ['1', '7', '17']],
    ['8', []],
  ])('%s means %j', (given, expected) => {
    expect(found(given)).toEqual(expected);
  });

  it('asks for one by its whole id without listing all', async () => {
    const { env, server } = await reach({ [`GET ${pathOf(7)}`]: json(agents[1]) });
    const { code } = await ziggie(['status', 'agent_20251109_143000_7'], { env });
    expect([code, server.seen.map(({ path }) => path)]).toEqual([0, [pathOf(7)]]);
  });

  it('lists the candidates of an ambiguous name and ends with 64', async () => {
    const { env } = await reach({ [listPath]: json({ total: 3, agents }) });
    const { code, err } = await ziggie(['stop', 'agent'], { env });
    expect(code).toBe(64);
    expect(err).toContain('fits 3 agents: agent_20251109_143000_1, agent_20251109_143000_7, agent_20251109_143000_17');
  });
});

describe('naming a parent', () => {
  const meant = async (given: string) => {
    const list = () => Promise.resolve({ ok: true, value: { total: 3, agents, next_cursor: null } } as const);
    const parent = await resolveParent({ list }, given);
    return parent.ok ? parent.value : parent.failure.code;
  };

  it.each([
    ['7', agents[1]?.agent_id],
    ['_17', agents[2]?.agent_id],
    ['agent_20251109_143000_9', 'agent_20251109_143000_9'],
    ['102', 'UNKNOWN_AGENT'],
    ['agent', 'AMBIGUOUS_AGENT'],
    ['overwatch_001', 'overwatch_001'],
    ['agent_b', 'agent_b'],
    ['ante', 'ante'],
  ])('%s means %s', async (given, expected) => {
    expect(await meant(given)).toBe(expected);
  });
});

describe('stopping', () => {
  it('ends with 1 when processes survived', async () => {
    const survivor = agentRecordWith({ status: 'stopped', stop_steps: ['SIGTERM', 'SIGKILL'], survivors: [5] });
    const { env } = await reach({
      [listPath]: json({ total: 3, agents }),
      [`POST ${pathOf(7)}/stop`]: json({ agent_id: 'a', status: 'stopped', stopped: [survivor] }),
    });
    const { code, out } = await ziggie(['stop', '7', '--reason', 'enough'], { env });
    expect(code).toBe(1);
    expect(out).toContain('left processes that do not end: 5');
  });
});

describe('following a log', () => {
  it('prints what comes after the record says it has ended, and survives a coordinator that stops in between', async () => {
    const running = agentRecordWith({ agent_id: 'agent_20251109_143000_7', status: 'running' });
    const over = { ...running, status: 'completed' };
    const piece =
      (text: string, start: number): ReturnType<typeof json> =>
      (_seen, response) => {
        const headers = { 'content-range': `bytes ${start}-${start + text.length - 1}/${start + text.length}` };
        response.writeHead(206, headers).end(text);
      };
    const { env } = await reach({
      [`GET ${pathOf(7)}`]: [json(running), problem({ code: 'STOPPING', message: 'bye' }), json(running), json(over)],
      [`GET ${pathOf(7)}/log`]: [piece('one\n', 0), piece('two\n', 4), piece('three\n', 8)],
    });
    expect(await ziggie(['logs', 'agent_20251109_143000_7', '-f'], { env })).toEqual({
      code: 0,
      out: 'one\ntwo\nthree\n',
      err: '',
    });
  });
});

describe('option values', () => {
  it('reads byte ranges as HTTP writes them', () => {
    expect(byteRange('0-99')).toEqual({ start: 0, end: 100 });
    expect(byteRange('100-')).toEqual({ start: 100 });
    expect(byteRange('-5')).toEqual({ lastBytes: 5 });
    for (const wrong of ['', '-', '9-1', '-0', 'a-b', '1-2-3']) expect(() => byteRange(wrong)).toThrow('Expected 0-99');
  });

  it('reads numbers within their limits only', () => {
    expect(wholeNumber(0, 9)('9')).toBe(9);
    expect(decimalNumber(0, 1)('.33')).toBe(0.33);
    for (const wrong of ['10', '-1', '1.5', '0x1', '']) expect(() => wholeNumber(0, 9)(wrong)).toThrow('whole number');
    for (const wrong of ['1.1', '-0.1', '1e-3', 'NaN'])
      expect(() => decimalNumber(0, 1)(wrong)).toThrow('Expected a number');
  });
});

describe('colours', () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
  ])('with %j on a terminal (%s): %s', (env, isTTY, expected) => {
    expect(wantsColour(env, { isTTY })).toBe(expected);
  });
});
