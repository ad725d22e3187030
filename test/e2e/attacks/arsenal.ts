/**
 * What the attacking scripts share. Everything here and beside it runs inside a page of a browser, so a function may use
 * nothing but its parameters and what `equip` has put on `globalThis`.
 */

/** Whom a page attacks, and what it was lucky enough to learn beforehand. */
export interface At {
  /** `http://HOST:PORT` of the coordinator, or of the open server of the control. */
  readonly http: string;
  readonly ws: string;
  /** The attacker's own server. */
  readonly own: string;
  readonly agentId: string;
  /** The operator's, as if it had leaked: a web page must get nowhere even so. */
  readonly token: string;
  readonly ticket: string;
}

/**
 * What an attack must achieve against a server without any guard, wherever its page is from: it reads something, or something
 * changes. `perhaps`: only some pages can, or browsers of today forbid it altogether.
 */
export type Wins = 'reads' | 'changes' | 'perhaps';

export interface Outcome {
  readonly name: string;
  readonly wins: Wins;
  /** Each thing that the script could read, and from where. */
  readonly gains: readonly string[];
}

type Attack = (gain: (what: unknown) => void) => unknown;

export interface Arsenal {
  readonly at: At;
  readonly attacks: Map<string, { readonly wins: Wins; readonly run: Attack }>;
  add(name: string, wins: Wins, run: Attack): void;
  /** An address whose query says which attack uses it. */
  to(path: string, by: string): string;
  /** A request that would deploy an agent. */
  deployment(by: string): string;
  /** Fetches, and gains what it can read of the answer. */
  fetched(gain: (what: unknown) => void, url: string, init?: RequestInit): Promise<void>;
  /** Puts an element into the page and waits until it has loaded, failed, or done neither for a while. */
  placed<T extends HTMLElement>(element: T, into?: HTMLElement): Promise<'load' | 'error' | 'nothing'>;
  patience(ms?: number): Promise<void>;
}

declare global {
  var arsenal: Arsenal;
}

export function equip(at: At): void {
  const attacks: Arsenal['attacks'] = new Map();
  const patience = (ms = 1500): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  globalThis.arsenal = {
    at,
    attacks,
    patience,
    add: (name, wins, run) => void attacks.set(name, { wins, run }),
    to: (path, by) => `${at.http}${path}?by=${encodeURIComponent(by)}`,
    deployment: (by) => JSON.stringify({ request_id: by, agent_type: 'L1', config: { prompt: 'owned' } }),
    fetched: async (gain, url, init = {}) => {
      const response = await fetch(url, init);
      if (response.type !== 'opaque' && response.type !== 'opaqueredirect') gain(`status ${response.status}`);
      const reader = response.body?.getReader();
      const first = await Promise.race([reader?.read(), patience()]);
      if (first?.value !== undefined) gain(new TextDecoder().decode(first.value));
      const seen = performance.getEntriesByName(url).at(-1) as PerformanceResourceTiming | undefined;
      if ((seen?.encodedBodySize ?? 0) > 0) gain(`size ${seen?.encodedBodySize}`);
    },
    placed: (element, into = document.body) => {
      const settled = new Promise<'load' | 'error'>((resolve) => {
        element.addEventListener('load', () => resolve('load'));
        element.addEventListener('error', () => resolve('error'));
      });
      into.append(element);
      return Promise.race([settled, patience().then(() => 'nothing' as const)]);
    },
  };
}

/**
 * Runs those of these names, or all. A few at a time: a browser opens few connections to one host. What a browser refuses
 * outright is a rejection, and no gain.
 */
export async function attackAll(names: readonly string[] | null): Promise<Outcome[]> {
  const { attacks, patience } = globalThis.arsenal;
  const chosen = [...attacks].filter(([name]) => names === null || names.includes(name));
  const outcomes: Outcome[] = [];
  while (chosen.length > 0) {
    const some = chosen.splice(0, 25).map(async ([name, { wins, run }]) => {
      const gains: string[] = [];
      const done = Promise.resolve()
        .then(() => run((what) => gains.push(String(what))))
        .catch(() => undefined);
      await Promise.race([done, patience(6000)]);
      return { name, wins, gains };
    });
    outcomes.push(...(await Promise.all(some)));
  }
  return outcomes;
}
