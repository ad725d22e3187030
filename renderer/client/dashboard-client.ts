/** Ties the store to a coordinator: who signs in, what is followed, what is asked. Lives as long as the page. */
import type { ClientResult } from '../../clients/typescript/client.ts';
import { createHttpClient, exchangeCode, type HttpClient } from '../../clients/typescript/http-client.ts';
import type { LogPiece, LogRange } from '../../clients/typescript/log-range.ts';
import { type FleetFeed, followFleet } from '../../clients/typescript/socket-client.ts';
import {
  withConfig,
  withConnection,
  withEvents,
  withHealth,
  withMeasured,
  withSession,
  withSnapshot,
} from '../store/changes.ts';
import { change, type DashboardStore } from '../store/dashboard-store.ts';
import type { Connection, DesktopBridge } from '../../protocol/desktop.ts';
import type { ActionPlan } from '../selectors/agent-actions.ts';
import { carryOut } from './agent-actions.ts';
import { enter } from './entry.ts';
import { EventBatch } from './event-batch.ts';
import { measuredNow } from './measured-now.ts';
import type { TokenStore } from './token-store.ts';

export interface DashboardClientOptions {
  readonly store: DashboardStore;
  readonly tokens: TokenStore;
  readonly bridge: DesktopBridge | null;
  /** Where the page came from: `http://127.0.0.1:PORT`. */
  readonly url: string;
}

export class DashboardClient {
  readonly #options: DashboardClientOptions;
  #client: HttpClient | null = null;
  #access: { readonly url: string; readonly token: string } | null = null;
  #feed: FleetFeed | null = null;

  constructor(options: DashboardClientOptions) {
    this.#options = options;
  }

  /** Signs in by whatever way there is. `code`: the one-time code of the address. */
  async enter(code: string | null): Promise<void> {
    const { store, tokens, bridge, url } = this.#options;
    const entry = await enter({ url, bridge, code, storedToken: tokens.read(), exchangeCode });
    if (entry.status === 'entered') this.#open(entry.connection);
    else change(store, withSession, { status: 'signed_out', reason: entry.reason });
  }

  signIn(token: string): void {
    this.#open({ url: this.#options.url, token });
  }

  retryNow(): void {
    this.#feed?.retryNow();
  }

  /** For what a view asks by itself. Views are shown only after signing in. */
  get api(): HttpClient {
    return this.#signedIn();
  }

  /** For a worker, which talks to the coordinator by itself. */
  get access(): { readonly url: string; readonly token: string } {
    if (this.#access === null) throw new Error('The dashboard asked the coordinator before it was signed in.');
    return this.#access;
  }

  readLog(agentId: string, range: LogRange): Promise<ClientResult<LogPiece>> {
    return this.#signedIn().readLog(agentId, range);
  }

  /** What becomes of it is seen in the tree; at the edge of the page stands the sum, and what was refused. */
  async carryOut(plan: ActionPlan): Promise<void> {
    await carryOut(this.#options.store, this.#signedIn(), plan);
  }

  #open({ url, token }: Connection): void {
    const { store, tokens } = this.#options;
    this.#feed?.close();
    this.#client = createHttpClient({ url, token });
    this.#access = { url, token };
    tokens.write(token);
    change(store, withSession, { status: 'signed_in' });
    const batch = new EventBatch((events) => change(store, withEvents, events));
    this.#feed = followFleet({
      client: this.#client,
      onSnapshot: (fleet) => {
        batch.flush();
        change(store, withSnapshot, fleet);
      },
      onEvent: (event) => batch.add(event),
      onHealth: (degraded) => change(store, withHealth, degraded),
      onConfig: (revision) => change(store, withConfig, revision),
      onMeasured: (agents) => {
        batch.flush();
        change(store, withMeasured, measuredNow(agents, store.getState().fleet));
      },
      onState: (state) => {
        batch.flush();
        if (state.status === 'refused') tokens.forget();
        change(store, withConnection, state);
      },
    });
  }

  /** Views that ask are shown only after signing in. */
  #signedIn(): HttpClient {
    if (this.#client === null) throw new Error('The dashboard asked the coordinator before it was signed in.');
    return this.#client;
  }
}
