/** Keeps the token for reloads of this tab. A browser that allows no storage costs only that: the token stays in memory. */

const tokenKey = 'ziggie.token';

export interface TokenStore {
  read(): string | null;
  write(token: string): void;
  forget(): void;
}

/** `storage` is a function because merely touching `window.sessionStorage` throws where storage is forbidden. */
export function createTokenStore(storage: () => Storage): TokenStore {
  return {
    read: () => attempt(() => storage().getItem(tokenKey)) ?? null,
    write: (token) => attempt(() => storage().setItem(tokenKey, token)),
    forget: () => attempt(() => storage().removeItem(tokenKey)),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined; // Forbidden or full; the caller goes on without it.
  }
}
