/** How the page comes by its token: from the desktop, a one-time code in the address, or an earlier visit of this tab. */
import type { ClientResult } from '../../clients/typescript/client.ts';
import type { Connection, DesktopBridge } from '../../protocol/desktop.ts';

export type Entry =
  | { readonly status: 'entered'; readonly connection: Connection }
  /** `reason` null: nothing was tried. */
  | { readonly status: 'kept_out'; readonly reason: string | null };

export interface EntryWays {
  readonly url: string;
  readonly bridge: Pick<DesktopBridge, 'connection'> | null;
  /** The one-time code, already taken out of the address. */
  readonly code: string | null;
  readonly storedToken: string | null;
  readonly exchangeCode: (url: string, code: string) => Promise<ClientResult<string>>;
}

export async function enter({ url, bridge, code, storedToken, exchangeCode }: EntryWays): Promise<Entry> {
  if (bridge !== null) return enterDesktop(bridge);
  const answer = code === null ? null : await exchangeCode(url, code);
  if (answer?.ok === true) return { status: 'entered', connection: { url, token: answer.value } };
  // An address that was opened twice: its code is used up, but this tab may have a token from the first time.
  if (storedToken !== null) return { status: 'entered', connection: { url, token: storedToken } };
  if (answer === null) return { status: 'kept_out', reason: null };
  const { code: reason, message } = answer.failure;
  return { status: 'kept_out', reason: reason === 'UNAUTHENTICATED' ? usedUp : message };
}

async function enterDesktop(bridge: Pick<DesktopBridge, 'connection'>): Promise<Entry> {
  try {
    return { status: 'entered', connection: await bridge.connection() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { status: 'kept_out', reason: `The desktop application did not say how to connect: ${reason}` };
  }
}

const usedUp = 'The code in this address is used up or too old: it opens the dashboard once, within a minute.';
