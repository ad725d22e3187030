import { useCallback, useMemo, useState } from 'react';
import type { ClientFailure } from '../../../clients/typescript/client.ts';
import type { ConfigProblem } from '../../../protocol/checked-config.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { type Edits, noEdits, patchOf, problemsOf, savedWords, withEdit } from '../../selectors/settings/draft.ts';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';
import { useAsked } from '../use-asked.ts';

export interface SettingsForm {
  /** null: not known yet, or `failure` says why not. */
  readonly settings: Settings | null;
  readonly failure: ClientFailure | null;
  readonly again: () => void;
  readonly edits: Edits;
  readonly problems: readonly ConfigProblem[];
  readonly edit: (path: string, value: unknown) => void;
  readonly discard: () => void;
  readonly save: () => void;
  readonly busy: boolean;
  /** Why the last save was refused; null: it was not. */
  readonly refusal: string | null;
}

/** config.json as it is, and what somebody has changed in the form. Sends only what changed. */
export function useSettingsForm(): SettingsForm {
  const { client } = useDashboard();
  const notify = useNotify();
  const { asked, again } = useAsked('settings', '', () => client.api.settings());
  const [saved, setSaved] = useState<Settings | null>(null);
  const [edits, setEdits] = useState<Edits>(noEdits);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const settings = saved ?? (asked.status === 'known' ? asked.value : null);
  const problems = useMemo(() => (settings === null ? [] : problemsOf(settings, edits)), [settings, edits]);
  const discard = useCallback(() => {
    setEdits(noEdits);
    setRefusal(null);
  }, []);
  const save = async (): Promise<void> => {
    if (settings === null || edits.size === 0 || problems.length > 0 || busy) return;
    setBusy(true);
    const answer = await client.api.patchSettings(patchOf(settings, edits));
    setBusy(false);
    if (!answer.ok) return setRefusal(answer.failure.message);
    setSaved(answer.value);
    // What was typed while it was on its way stays.
    setEdits((now) => new Map([...now].filter(([path, value]) => edits.get(path) !== value || !edits.has(path))));
    setRefusal(null);
    notify('success', savedWords(edits, answer.value));
  };
  return {
    settings,
    failure: settings === null && asked.status === 'failed' ? asked.failure : null,
    again,
    edits,
    problems,
    edit: (path, value) => settings !== null && setEdits((now) => withEdit(settings, now, path, value)),
    discard,
    save: () => void save(),
    busy,
    refusal,
  };
}
