/**
 * Bodies that are nearly right, through every address that takes one: fields of another type, beyond their bounds, missing,
 * doubled; and text that is nearly JSON. A judge that was written by hand says which of them may be taken: what it
 * refuses must be refused, and what it finds right must not be called invalid.
 */
import fc from 'fast-check';
import { Pool } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { failureCatalogue, type FailureCode } from '../../protocol/failures.ts';
import { Door } from './rig/door.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const bodies = amount({ ci: 20_000, full: 200_000 });
const atOnce = 24;
const perSample = 1000;

/** A field: what may stand there, and whether something does. */
interface Field {
  readonly right: fc.Arbitrary<unknown>;
  readonly isRight: (value: unknown) => boolean;
  readonly isNeeded?: true;
}
type Fields = Readonly<Record<string, Field>>;

const isInt = (from: number, to: number) => (value: unknown) =>
  Number.isInteger(value) && Number(value) >= from && Number(value) <= to;
const isNumber = (from: number, to: number) => (value: unknown) =>
  typeof value === 'number' && value >= from && value <= to;
const isText = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);
const orNull = ({ right, isRight, ...rest }: Field): Field => ({
  ...rest,
  right: fc.option(right),
  isRight: (value) => value === null || isRight(value),
});
const id: Field = {
  right: fc.stringMatching(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,20}$/),
  isRight: isText(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/),
};
const line: Field = {
  right: fc.stringMatching(/^[ -~]{0,40}$/),
  isRight: (value) =>
    typeof value === 'string' && value.length <= 200 && !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(value),
};
const text = (most: number): Field => ({
  right: fc.string({ minLength: 1, maxLength: 50 }),
  isRight: (value) => typeof value === 'string' && value.length >= 1 && value.length <= most,
});
const envelope: Fields = {
  request_id: id,
  timestamp: orNull({
    right: fc.string({ maxLength: 64 }),
    isRight: (value) => typeof value === 'string' && value.length <= 64,
  }),
};
const yesNo: Field = { right: fc.boolean(), isRight: (value) => typeof value === 'boolean' };
const integer = (from: number, to: number): Field => ({
  right: fc.integer({ min: from, max: to }),
  isRight: isInt(from, to),
});
const decimal = (from: number, to: number): Field => ({
  right: fc.double({ min: from, max: to, noNaN: true }).map((value) => value + 0), // No -0: JSON has none.
  isRight: isNumber(from, to),
});

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isRightObject =
  (fields: Fields) =>
  (value: unknown): boolean =>
    isObject(value) &&
    Object.entries(fields).every(([name, { isNeeded, isRight }]) =>
      Object.hasOwn(value, name) ? isRight(value[name]) : isNeeded !== true,
    );

const config: Fields = {
  /** Without one a deployment is refused with a code of its own. */
  prompt: orNull(text(1_000_000)),
  model: orNull({
    right: fc.constantFrom('haiku', 'a/b:c'),
    isRight: isText(/^[A-Za-z0-9][A-Za-z0-9._:/[\]@-]{0,127}$/),
  }),
  runtime: orNull({
    right: fc.constant('sleep'),
    isRight: (value) => typeof value === 'string' && value.length >= 1 && value.length <= 64,
  }),
  timeout: decimal(0, 31_536_000),
  max_runtime: decimal(0, 31_536_000),
  max_turns: integer(0, 100_000),
  max_cost_usd: decimal(0, 1_000_000),
  report_required: orNull(yesNo),
};

const deploy: Fields = {
  ...envelope,
  agent_type: {
    right: fc.constantFrom('L1', 'L2', 'L1.4'),
    isRight: isText(/^L\d{1,2}(\.\d{1,6}){0,8}$/),
    isNeeded: true,
  },
  parent_agent: orNull(id),
  name: orNull(line),
  estimated_workload: orNull(decimal(Number.MIN_VALUE, 1)),
  priority: integer(0, 9),
  config: { right: fc.constant(null), isRight: isRightObject(config), isNeeded: true },
};

const some = (of: Field, most: number): Field => ({
  right: fc.array(of.right, { minLength: 1, maxLength: 3 }),
  isRight: (value) => Array.isArray(value) && value.length >= 1 && value.length <= most && value.every(of.isRight),
});
const task: Fields = {
  id: { ...text(128), isNeeded: true },
  weight: { ...decimal(Number.MIN_VALUE, 1e9), isNeeded: true },
};
/** Waits must not take long, and whoever is waited for is not there. */
const moment: Field = { right: fc.constantFrom(0, 0.001), isRight: isNumber(0, 3600) };

interface Target {
  readonly path: string;
  readonly method: 'POST' | 'PUT' | 'PATCH';
  readonly fields: Fields;
  /** Takes no other fields; null in one of them takes it away and is fine. */
  readonly isStrict?: true;
}
const nobody = '/api/coordinator/agents/nobody';
const targets: readonly Target[] = [
  { path: '/api/coordinator/deploy', method: 'POST', fields: deploy },
  { path: '/api/coordinator/deploy', method: 'POST', fields: deploy },
  { path: '/api/coordinator/deploy', method: 'POST', fields: deploy },
  {
    path: '/api/coordinator/deploy/batch',
    method: 'POST',
    fields: {
      ...envelope,
      parent_agent: orNull(id),
      agents: { ...some({ right: fc.constant(null), isRight: isRightObject(deploy) }, 1000), isNeeded: true },
    },
  },
  {
    path: '/api/coordinator/plan',
    method: 'POST',
    fields: {
      ...envelope,
      tasks: {
        right: fc.uniqueArray(
          fc.record({ id: task['id']?.right ?? fc.string(), weight: fc.double({ min: 0.001, max: 10, noNaN: true }) }),
          {
            selector: (one) => one.id,
            minLength: 1,
            maxLength: 6,
          },
        ),
        isRight: (value) =>
          Array.isArray(value) &&
          value.length >= 1 &&
          value.length <= 1000 &&
          value.every(isRightObject(task)) &&
          new Set(value.map((one: { id: unknown }) => one.id)).size === value.length,
        isNeeded: true,
      },
      workers: { ...integer(1, 100), right: fc.integer({ min: 1, max: 5 }), isNeeded: true },
    },
  },
  {
    path: '/api/coordinator/wait',
    method: 'POST',
    fields: {
      ...envelope,
      agent_ids: { ...some(id, 1000), isNeeded: true },
      mode: { right: fc.constantFrom('any', 'all'), isRight: (value) => value === 'any' || value === 'all' },
      timeout: moment,
    },
  },
  {
    path: '/api/coordinator/inbox',
    method: 'POST',
    fields: {
      ...envelope,
      agent_id: { ...id, isNeeded: true },
      acknowledge: orNull({ ...integer(0, 1), isRight: isInt(0, Number.MAX_SAFE_INTEGER) }),
      timeout: moment,
      limit: integer(1, 1000),
    },
  },
  ...(['stop', 'pause', 'resume'] as const).map((action): Target => ({
    path: `${nobody}/${action}`,
    method: 'POST',
    fields: { ...envelope, reason: orNull(line) },
  })),
  { path: `${nobody}/restart`, method: 'POST', fields: { ...envelope, reason: orNull(line), branch: yesNo } },
  { path: `${nobody}/message`, method: 'POST', fields: { ...envelope, text: { ...text(100_000), isNeeded: true } } },
  { path: `${nobody}/report`, method: 'PUT', fields: { ...envelope, markdown: { ...text(262_144), isNeeded: true } } },
  {
    path: '/api/coordinator/settings',
    method: 'PATCH',
    isStrict: true,
    fields: { retention_days: orNull(decimal(1, 36_500)), require_tokens: orNull(yesNo) },
  },
  { path: '/api/session', method: 'POST', fields: { code: { ...text(128), isNeeded: true } } },
];

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    null,
    true,
    '',
    '0',
    -1,
    0.5,
    1e300,
    1e21,
    -0,
    [],
    {},
    [[]],
    'a'.repeat(300),
    '\u0000',
    '../../x',
    '\u202Ex',
    'L1',
    {
      toString: 1,
    },
  ),
);

interface Sent {
  readonly target: Target;
  readonly body: string;
  /** null: text that nobody can read as one JSON object. */
  readonly value: unknown;
}

/** A right body, of which some fields are bent. */
function objectOf(fields: Fields): fc.Arbitrary<Record<string, unknown>> {
  const one = ([name, { right, isNeeded }]: [string, Field]): [string, fc.Arbitrary<unknown>] => [
    name,
    fc.oneof(
      { weight: 12, arbitrary: nested(name) ?? right },
      { weight: isNeeded === true ? 1 : 6, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: odd },
    ),
  ];
  const model = Object.fromEntries(Object.entries(fields).map(one));
  const extra = fc.option(fc.dictionary(fc.stringMatching(/^x[a-z]{1,5}$/), odd, { maxKeys: 2 }), { freq: 5, nil: {} });
  return fc.tuple(fc.record(model), extra).map(([body, more]) => ({ ...body, ...more }));
}

function nested(name: string): fc.Arbitrary<unknown> | null {
  if (name === 'config') return objectOf(config);
  if (name === 'agents')
    return fc.array(fc.oneof({ weight: 5, arbitrary: objectOf(deploy) }, { weight: 1, arbitrary: odd }), {
      maxLength: 3,
    });
  return null;
}

/** JSON that is none: each of these must be refused as it is. */
const spoil: readonly ((json: string) => string)[] = [
  (json) => json.slice(0, -1),
  (json) => `${json}x`,
  (json) => json.replace('{', '{"request_id":"a","request_id":"b",'),
  (json) => json.replace('{', '{"__proto__":{"isAdmin":true},'),
  (json) => json.replace('{', '{"constructor":{"prototype":{}},'),
  () => `${'['.repeat(1000)}${']'.repeat(1000)}`,
  () => `{"a":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`,
  (json) => json.replace('{', '{"a":NaN,'),
  (json) => json.replace('{', "{'a':1,"),
  (json) => `[${json}]`,
  (json) => `"${json.length}"`,
  () => '\u0000',
  () => 'null',
  () => '17',
];
const bodiesFor = (target: Target): fc.Arbitrary<Sent> =>
  fc.tuple(objectOf(target.fields), fc.nat(9), fc.constantFrom(...spoil)).map(([value, dice, spoiled]): Sent => {
    const json = JSON.stringify(value);
    if (dice === 0) return { target, body: spoiled(json), value: null };
    return { target, body: json, value: JSON.parse(json) as unknown };
  });

/** Each patch that is taken is a durable write: fewer of those. Made once: making a generator costs more than using it. */
const sent = fc.oneof(
  ...targets.map((target) => ({ weight: target.method === 'PATCH' ? 1 : 4, arbitrary: bodiesFor(target) })),
);

const invalid: readonly (string | null)[] = ['INVALID_REQUEST', 'UNKNOWN_ACTION'];

const hasReservedKey = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(
    ([key, inside]) => ['__proto__', 'prototype', 'constructor'].includes(key) || hasReservedKey(inside),
  );

function isRightBody({ fields, isStrict }: Target, value: unknown): boolean {
  if (!isObject(value) || !isRightObject(fields)(value) || hasReservedKey(value)) return false;
  const others = Object.entries(value).filter(([name]) => !Object.hasOwn(fields, name));
  return isStrict !== true || others.every(([, given]) => given === null);
}

/** null: answered as it must be. */
function faultIn({ target, value }: Sent, status: number, code: string | null): string | null {
  if (status >= 500 && status !== 503) return `was answered ${status} ${code}`;
  if (status >= 400 && failureCatalogue[code as FailureCode]?.httpStatus !== status)
    return `was refused without a code (${status})`;
  const isRight = isRightBody(target, value);
  // A code of the dashboard that does not open anything is not told from one that cannot be one.
  if (target.path === '/api/session') {
    const isUnread = value === null || hasReservedKey(value);
    return status === 401 || isUnread ? null : `was answered ${status} ${code}`;
  }
  if (!isRight && !invalid.includes(code)) return `is not right, and was answered ${status} ${code ?? ''}`;
  if (isRight && invalid.includes(code)) return `is right, and was called ${code}`;
  return null;
}

test.skipIf(process.platform !== 'linux')(
  'bodies that are wrong are refused, those that are right are not',
  async () => {
    const random = randomFor('bodies');
    const door = new Door();
    onTestFinished(() => door.dispose());
    await door.open();
    const { pid } = door.root;
    // Both places are taken and the queue is short: what is right waits or is told that it is full.
    for (const name of ['one', 'two']) await door.agent(name);
    const pool = new Pool(door.root.url, { connections: atOnce });
    onTestFinished(() => pool.close());
    const headers = { authorization: `Bearer ${door.token}`, 'content-type': 'application/json' };
    const faults: string[] = [];
    const counts = { refused: 0, taken: 0 };
    const judge = async (one: Sent): Promise<void> => {
      const { path, method } = one.target;
      const answer = await pool.request({ path, method, headers, body: one.body });
      const body = (await answer.body.json()) as { code?: string };
      const code = answer.statusCode >= 400 ? (body.code ?? null) : null;
      counts[answer.statusCode >= 400 ? 'refused' : 'taken'] += 1;
      const fault = faultIn(one, answer.statusCode, code);
      if (fault !== null && faults.length < 20)
        faults.push(`${method} ${path} ${one.body} ${fault} ${JSON.stringify(body)}`);
    };
    for (let done = 0; done < bodies && faults.length < 20; done += perSample) {
      const waiting = fc.sample(sent, { numRuns: perSample, seed: random.below(2 ** 31) });
      const worker = async (): Promise<void> => {
        for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) await judge(one);
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
    }
    const after = await door.faults(pid);
    expect([...faults, ...after.faults], repeatWith('bodies')).toEqual([]);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    figures('bodies', { bodies, ...counts, 'loop stood still': after.delay });
  },
);
