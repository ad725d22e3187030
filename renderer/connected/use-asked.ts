/** Something that a view asks the coordinator for, and asks again when what it is about has changed. */
import { useCallback, useEffect, useState } from 'react';
import type { ClientFailure, ClientResult } from '../../clients/typescript/client.ts';

export type Asked<T> =
  | { readonly status: 'asking' }
  | { readonly status: 'known'; readonly value: T }
  | { readonly status: 'failed'; readonly failure: ClientFailure };

export interface AskedModel<T> {
  /** What was known stays while it is asked again about the same thing. */
  readonly asked: Asked<T>;
  readonly again: () => void;
}

/**
 * `about`: what it is about; another one is asked for from nothing. `version`: what may have changed of it; another one is
 * asked for beside what is shown. `ask` is used as it was when these last changed.
 */
export function useAsked<T>(about: string, version: string, ask: () => Promise<ClientResult<T>>): AskedModel<T> {
  const [state, setState] = useState<{ readonly about: string; readonly asked: Asked<T> }>({
    about,
    asked: { status: 'asking' },
  });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const life = { isOver: false };
    void ask().then((answer) => {
      if (life.isOver) return;
      const asked = answer.ok
        ? ({ status: 'known', value: answer.value } as const)
        : ({ status: 'failed', failure: answer.failure } as const);
      setState({ about, asked });
    });
    return () => {
      life.isOver = true;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller says by `about` and `version` when to ask
  }, [about, version, tries]);
  const again = useCallback(() => setTries((count) => count + 1), []);
  return { asked: state.about === about ? state.asked : { status: 'asking' }, again };
}
