import { useCallback, useState } from 'react';
import { alreadyWords } from '../../selectors/approval-cards.ts';
import { counted } from '../../selectors/format.ts';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';

export type Decision =
  | { readonly decision: 'allow'; readonly branch: boolean }
  | { readonly decision: 'deny'; readonly message: string | null };

export interface Decisions {
  /** Decided here: shown so until the coordinator's event takes the request away, or its refusal brings it back. */
  readonly sent: ReadonlyMap<string, Decision['decision']>;
  readonly decide: (ids: readonly string[], decision: Decision) => Promise<void>;
}

/** So many at a time: a hundred denials must not fill the browser's connections. */
const atOnce = 4;

export function useDecisions(): Decisions {
  const { client } = useDashboard();
  const notify = useNotify();
  const [sent, setSent] = useState<Decisions['sent']>(new Map());
  const decide = useCallback(
    async (ids: readonly string[], decision: Decision): Promise<void> => {
      setSent((before) => new Map([...before, ...ids.map((id) => [id, decision.decision] as const)]));
      const waiting = [...ids];
      let done = 0;
      const one = async (id: string): Promise<void> => {
        const answer = await client.api.decide(id, decision);
        if (answer.ok) {
          done += 1;
          return;
        }
        setSent((before) => new Map([...before].filter(([other]) => other !== id)));
        const { code, message, details } = answer.failure;
        if (code === 'ALREADY_DECIDED') notify('info', alreadyWords(details));
        else notify('error', `Not decided: ${message}`);
      };
      const worker = async (): Promise<void> => {
        for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) await one(id);
      };
      await Promise.all(Array.from({ length: atOnce }, worker));
      if (ids.length > 1 && done > 0) notify('success', `${counted(done, 'request')} denied.`);
    },
    [client, notify],
  );
  return { sent, decide };
}
