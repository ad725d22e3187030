import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actionNames } from '../../../protocol/actions.ts';
import { parseRequest, requestIdOf } from '../../../protocol/parse-request.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const deploy = { request_id: 'deploy_1', agent_type: 'L2.1', config: { prompt: 'hello' } };

/** The field at the path, given this value, and what the message must say it should be. */
const wrong: readonly (readonly [path: string, given: unknown, expected: RegExp])[] = [
  ['request_id', undefined, /string/],
  ['request_id', '../etc/passwd', /characters of A-Z a-z 0-9/],
  ['request_id', '.hidden', /not begin with a dot/],
  ['request_id', 'a\n', /characters/],
  ['agent_type', 'boss', /L1, L2\.1 or L3\.2\.1/],
  ['agent_type', 2, /string/],
  ['parent_agent', 'a/b', /characters/],
  ['name', 'two\nlines', /one line/],
  ['name', 'safe\u202Egpj.exe', /control characters/],
  ['estimated_workload', 1.5, /<=1/],
  ['estimated_workload', 1e308, /<=1/],
  ['estimated_workload', 0, />0/],
  ['estimated_workload', -0.2, />0/],
  ['estimated_workload', NaN, /number/],
  ['estimated_workload', '0.5', /number/],
  ['priority', 10, /<=9/],
  ['priority', 2.5, /int/],
  ['group', { id: '' }, />=1/],
  ['config', undefined, /object/],
  ['config', 'prompt', /object/],
  ['config.prompt', '', />=1/],
  ['config.prompt', 7, /string/],
  ['config.model', 'a b; rm -rf', /model name or alias/],
  ['config.timeout', '60', /number/],
  ['config.timeout', -1, />=0/],
  ['config.timeout', 40_000_000, /<=31536000/],
  ['config.max_turns', 1.5, /int/],
  ['config.report_required', 'yes', /boolean/],
  ['config.restart', 'always', /must be never, on_failure or an object/],
  ['config.restart', { policy: 'on_failure', backoff: 3 }, /backoff/],
  ['config.restart', 7, /object/],
];

function withField(path: string, given: unknown): unknown {
  const [field = '', inner] = path.split('.');
  if (inner === undefined) return { ...deploy, [field]: given };
  return { ...deploy, config: { ...deploy.config, [inner]: given } };
}

describe('a request that is wrong', () => {
  test.each(wrong)('in %s with %j names the path, what was given and what is expected', (path, given, expected) => {
    const { code, message, details } = failureIn(parseRequest(withField(path, given)));
    expect(code).toBe('INVALID_REQUEST');
    // What is given of a wrong field may be quoted from a part of it: the path says which.
    const [, field, wanted, shown] = /^([\w.]+): (.+), given (.+)\. Correct this/.exec(message) ?? [];
    expect(field === path || field?.startsWith(`${path}.`)).toBe(true);
    expect(wanted).toMatch(expected);
    expect(shown).toBe(given === undefined ? 'nothing' : JSON.stringify(field === path ? given : ''));
    expect(details?.['problems']).toMatchObject([{ path: field }]);
  });

  test('names every wrong field at once', () => {
    const { message } = failureIn(parseRequest({ ...deploy, agent_type: 'x', priority: 99 }));
    expect(message).toMatch(/agent_type: .*given "x"; priority: .*given 99/);
  });

  test('with a huge value is quoted in short', () => {
    expect(failureIn(parseRequest({ ...deploy, agent_type: 'x'.repeat(100_000) })).message.length).toBeLessThan(400);
  });

  test.each([[[]], [null], ['text'], [7], [[deploy]]])('%j is no object, and the message shows it', (body) => {
    const { message } = failureIn(parseRequest(body));
    expect(message).toContain('JSON object');
    expect(message).toContain(JSON.stringify(body).slice(0, 70));
  });

  test.each(['launch', 'toString', '__proto__', '', 7, null])(
    'the action %j is unknown; the known ones are named',
    (action) => {
      const { code, message } = failureIn(parseRequest({ ...deploy, action }));
      expect(code).toBe('UNKNOWN_ACTION');
      expect(message).toContain(`action is ${JSON.stringify(action)}`);
      expect(message).toContain(actionNames.join(', '));
    },
  );
});

describe('a request that is right', () => {
  test('without an action deploys, with every default in place', () => {
    expect(valueOf(parseRequest(deploy))).toMatchObject({
      action: 'deploy',
      parent_agent: null,
      priority: 5,
      config: { prompt: 'hello', prompt_file: null, timeout: 600, max_runtime: 0, report_required: null },
    });
  });

  test('keeps the fields nobody knows', () => {
    const given = { ...deploy, ticket: 'T-1', config: { ...deploy.config, flavour: [1] } };
    expect(valueOf(parseRequest(given))).toMatchObject({ ticket: 'T-1', config: { flavour: [1] } });
  });

  test.each(['stop', 'status', 'report'])('%s needs an agent', (action) => {
    expect(parseRequest({ request_id: 'r', action, agent_id: 'agent_1' }).ok).toBe(true);
    expect(failureIn(parseRequest({ request_id: 'r', action })).message).toContain('agent_id');
  });
});

test('no JSON value makes it throw, and every failure says what to do', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.jsonValue(),
        fc.jsonValue().map((config) => ({ ...deploy, config })),
      ),
      (body) => {
        const parsed = parseRequest(body);
        if (!parsed.ok) expect(parsed.failure.message).toMatch(/\.$/);
      },
    ),
  );
});

test('a request_id is taken out of anything that has a good one, and of nothing else', () => {
  expect(requestIdOf({ request_id: 'a-1', nonsense: true })).toBe('a-1');
  for (const body of [null, 'a', [], {}, { request_id: 1 }, { request_id: '../a' }, { request_id: 'a'.repeat(129) }]) {
    expect(requestIdOf(body)).toBeNull();
  }
});

describe('config.restart', () => {
  const parsed = (restart: unknown) => {
    const request = valueOf(parseRequest({ ...deploy, config: { ...deploy.config, restart } }));
    return request.action === 'deploy' ? request.config.restart : null;
  };
  const numbers = { max_restarts: 4, backoff_seconds: 1, max_backoff_seconds: 60, reset_seconds: 600 };

  test.each([
    ['never', { policy: 'never', ...numbers }],
    ['on_failure', { policy: 'on_failure', ...numbers }],
    ['on-failure', { policy: 'on_failure', ...numbers }],
    [
      { policy: 'on-failure', max_restarts: 0 },
      { policy: 'on_failure', ...numbers, max_restarts: 0 },
    ],
    [undefined, undefined],
  ])('%j is understood', (given, expected) => {
    expect(parsed(given)).toEqual(expected);
  });
});
