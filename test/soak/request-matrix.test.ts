/**
 * Host x Origin x Sec-Fetch x method x type x token x route: each combination is answered as a table says that was written
 * by hand from the order of the checks, and not from the product.
 */
import { Agent, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { Door } from './rig/door.ts';
import type { Random } from './rig/random.ts';
import { amount, figures, randomFor, repeatWith } from './rig/tier.ts';

const combinations = amount({ ci: 2500, full: 25_000 });
const atOnce = 24;

const hosts = ['own', 'localhost', 'ipv6', 'no port', 'other port', 'evil', 'trailing dot'] as const;
const origins = ['none', 'own', 'null', 'other port', 'evil', 'https'] as const;
const fetches = ['none', 'same-origin', 'user', 'cross-site', 'same-site', 'cross-site navigation'] as const;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
const types = ['none', 'application/json', 'text/plain', 'multipart/form-data; boundary=x'] as const;
const tokens = ['none', 'operator', 'agent', 'wrong', 'in the address', 'basic'] as const;

/** What stands at an address: its methods, who may, and what an honest request there gets. */
interface Route {
  readonly path: string;
  readonly methods: readonly string[];
  readonly who: 'anybody' | 'operator' | 'holder';
  readonly isPage?: true;
  /** Status of a request that passed every check; POST bodies are `{}`. */
  readonly honest: number;
}
const routes: readonly Route[] = [
  { path: '/', methods: ['GET', 'HEAD'], who: 'anybody', isPage: true, honest: 200 },
  { path: '/docs', methods: ['GET', 'HEAD'], who: 'anybody', isPage: true, honest: 200 },
  { path: '/health', methods: ['GET', 'HEAD'], who: 'anybody', honest: 200 },
  { path: '/openapi.json', methods: ['GET', 'HEAD'], who: 'holder', honest: 200 },
  { path: '/metrics', methods: ['GET', 'HEAD'], who: 'operator', honest: 200 },
  { path: '/api/coordinator/agents', methods: ['GET', 'HEAD'], who: 'holder', honest: 200 },
  { path: '/api/coordinator/events', methods: ['GET', 'HEAD'], who: 'holder', honest: 200 },
  { path: '/api/coordinator/deploy', methods: ['POST'], who: 'holder', honest: 422 },
  { path: '/api/coordinator/settings', methods: ['GET', 'HEAD', 'PATCH'], who: 'operator', honest: 200 },
  { path: '/api/coordinator/reconcile', methods: ['POST'], who: 'operator', honest: 200 },
  { path: '/api/coordinator/agents/nobody/stop', methods: ['POST'], who: 'holder', honest: 404 },
  { path: '/api/session', methods: ['POST'], who: 'anybody', honest: 401 },
  { path: '/nothing/here', methods: [], who: 'holder', honest: 404 },
];

interface Combination {
  readonly host: (typeof hosts)[number];
  readonly origin: (typeof origins)[number];
  readonly fetch: (typeof fetches)[number];
  readonly method: (typeof methods)[number];
  readonly type: (typeof types)[number];
  readonly token: (typeof tokens)[number];
  readonly route: Route;
}

/** The table. Checks in their order: host, origin, fetch, token, method, type, then the route itself. */
function expected({ host, origin, fetch, method, type, token, route }: Combination): number {
  if (!['own', 'localhost', 'ipv6'].includes(host)) return 403;
  if (origin !== 'none' && origin !== 'own') return 403;
  const takes = route.methods.includes(method);
  const isOpen = takes && route.who === 'anybody';
  const isNavigation = fetch === 'cross-site navigation' && takes && route.isPage === true;
  if (!['none', 'same-origin', 'user'].includes(fetch) && !isNavigation) return 403;
  if (!isOpen && token !== 'operator' && token !== 'agent') return 401;
  if (route.methods.length === 0) return 404;
  if (!takes) return 405;
  if (!['GET', 'HEAD'].includes(method) && type !== 'application/json') return 415;
  if (route.who === 'operator' && token === 'agent') return 403;
  return route.honest;
}

const any = <T>(of: readonly T[], random: Random): T => of[random.below(of.length)] as T;

/** Mostly right in each part, or nearly all would be refused by the first check. */
function combination(random: Random): Combination {
  const mostly = <T>(of: readonly T[], right: readonly T[]): T => any(random.chance(0.75) ? right : of, random);
  const route = any(routes, random);
  return {
    host: mostly(hosts, ['own', 'localhost', 'ipv6']),
    origin: mostly(origins, ['none', 'own']),
    fetch: mostly(fetches, ['none', 'same-origin']),
    method:
      route.methods.length === 0 ? any(methods, random) : mostly(methods, route.methods as Combination['method'][]),
    type: mostly(types, ['application/json']),
    token: mostly(tokens, ['operator', 'agent']),
    route,
  };
}

interface Tokens {
  readonly operator: string;
  readonly agent: string;
}

function headersOf({ host, origin, fetch, method, type, token }: Combination, port: number, held: Tokens) {
  const name = {
    own: `127.0.0.1:${port}`,
    localhost: `localhost:${port}`,
    ipv6: `[::1]:${port}`,
    'no port': '127.0.0.1',
    'other port': `127.0.0.1:${port + 1}`,
    evil: `evil.test:${port}`,
    'trailing dot': `localhost.:${port}`,
  }[host];
  const from = {
    none: null,
    own: `http://${name}`,
    null: 'null',
    'other port': `http://127.0.0.1:${port + 1}`,
    evil: 'http://evil.test',
    https: `https://${name}`,
  }[origin];
  const bearer = {
    none: null,
    operator: `Bearer ${held.operator}`,
    agent: `Bearer ${held.agent}`,
    wrong: `Bearer ${'y'.repeat(43)}`,
    'in the address': null,
    basic: `Basic ${Buffer.from(`x:${held.operator}`).toString('base64')}`,
  }[token];
  const site = {
    none: null,
    'same-origin': 'same-origin',
    user: 'none',
    'cross-site': 'cross-site',
    'same-site': 'same-site',
    'cross-site navigation': 'cross-site',
  }[fetch];
  const hasBody = !['GET', 'HEAD'].includes(method);
  return Object.fromEntries(
    [
      ['Host', name],
      ['Origin', from],
      ['Authorization', bearer],
      ['Sec-Fetch-Site', site],
      ['Sec-Fetch-Mode', fetch === 'cross-site navigation' ? 'navigate' : null],
      ['Content-Type', type === 'none' ? null : type],
      ['Content-Length', hasBody ? '2' : null],
    ].filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function ask(wish: Combination, port: number, held: Tokens, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const path = wish.token === 'in the address' ? `${wish.route.path}?token=${held.operator}` : wish.route.path;
    const headers = headersOf(wish, port, held);
    const asking = request({ host: '127.0.0.1', port, method: wish.method, path, headers, agent }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    asking.on('error', reject);
    asking.end('Content-Length' in headers ? '{}' : undefined);
  });
}

test.skipIf(process.platform !== 'linux')('every combination is answered as the table says', async () => {
  const random = randomFor('request-matrix');
  const door = new Door();
  onTestFinished(() => door.dispose());
  await door.open();
  const { pid } = door.root;
  const held = { operator: door.token, agent: (await door.agent('matrix')).token };
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  onTestFinished(() => agent.destroy());
  const wrong: string[] = [];
  const seen = new Set<string>();
  let asked = 0;
  let passed = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (asked < combinations) {
        asked += 1;
        const wish = combination(random);
        seen.add(JSON.stringify(wish));
        const status = await ask(wish, door.port, held, agent);
        if (status < 300) passed += 1;
        if (status !== expected(wish) && wrong.length < 20) {
          wrong.push(`${JSON.stringify({ ...wish, route: wish.route.path })}: ${status}, expected ${expected(wish)}`);
        }
      }
    }),
  );
  const after = await door.faults(pid);
  expect([...wrong, ...after.faults], repeatWith('request-matrix')).toEqual([]);
  expect(door.accepted(), repeatWith('request-matrix')).toEqual(['matrix']);
  expect(passed, 'requests that were served: the table must not be one of refusals only').toBeGreaterThan(
    combinations / 20,
  );
  figures('request-matrix', { combinations, different: seen.size, served: passed, 'loop stood still': after.delay });
});
