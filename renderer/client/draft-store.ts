/** What a person has half written, kept for reloads of this tab. A browser that allows no storage costs only that. */

export interface DraftStore {
  /** The strings of the draft that are kept, over `empty`. */
  readonly read: <Draft extends object>(empty: Draft) => Draft;
  readonly write: (draft: object) => void;
}

/** `storage` is a function because merely touching `window.sessionStorage` throws where storage is forbidden. */
export function createDraftStore(key: string, storage: () => Storage): DraftStore {
  return {
    read: (empty) => {
      const kept: unknown = attempt(() => JSON.parse(storage().getItem(key) ?? 'null') as unknown);
      if (typeof kept !== 'object' || kept === null) return empty;
      const known = Object.entries(kept).filter(([name, value]) => name in empty && typeof value === 'string');
      return { ...empty, ...Object.fromEntries(known) };
    },
    write: (draft) => attempt(() => storage().setItem(key, JSON.stringify(draft))),
  };
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined; // Forbidden, full, or not ours; the page goes on without it.
  }
}
