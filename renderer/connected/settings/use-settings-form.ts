import { useCallback, useMemo, useState } from 'react';
import type { ConfigProblem } from '../../../protocol/checked-config.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { rebased, shownSettings } from '../../selectors/settings/disk-changes.ts';
import { type Edits, noEdits, patchOf, problemsOf, savedWords, withEdit } from '../../selectors/settings/draft.ts';
import { useDashboard } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';
import { type SettingsFile, useSettingsFile } from './use-settings-file.ts';

export interface SettingsForm extends Pick<SettingsFile, 'failure' | 'again' | 'seen' | 'onSeen'> {
  /** As they are shown: of a file that cannot be taken, those in force. null: not known yet, or `failure` says why not. */
  readonly settings: Settings | null;
  readonly edits: Edits;
  readonly problems: readonly ConfigProblem[];
  readonly edit: (path: string, value: unknown) => void;
  readonly discard: () => void;
  readonly save: () => void;
  readonly busy: boolean;
  /** Why the last save was refused; null: it was not. */
  readonly refusal: string | null;
}

/** config.json as it is, and what somebody has changed in the form. Sends only what changed, against the version that is shown. */
export function useSettingsForm(): SettingsForm {
  const { client } = useDashboard();
  const notify = useNotify();
  const [edits, setEdits] = useState<Edits>(noEdits);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const onOther = useCallback((other: Settings) => setEdits((now) => rebased(shownSettings(other), now)), []);
  const file = useSettingsFile(busy, onOther);
  const settings = useMemo(() => (file.settings === null ? null : shownSettings(file.settings)), [file.settings]);
  const problems = useMemo(() => (settings === null ? [] : problemsOf(settings, edits)), [settings, edits]);
  const discard = useCallback(() => {
    setEdits(noEdits);
    setRefusal(null);
  }, []);
  const save = async (): Promise<void> => {
    if (settings === null || settings.problem !== null) return;
    if (edits.size === 0 || problems.length > 0 || busy) return;
    setBusy(true);
    const answer = await client.api.patchSettings(patchOf(settings, edits), settings.revision);
    setBusy(false);
    if (!answer.ok) {
      setRefusal(answer.failure.message);
      if (answer.failure.code === 'CONFIG_CHANGED') file.again();
      return;
    }
    file.onSaved(answer.value);
    // What was typed while it was on its way stays.
    setEdits((now) => new Map([...now].filter(([path, value]) => edits.get(path) !== value || !edits.has(path))));
    setRefusal(null);
    notify('success', savedWords(edits, answer.value));
  };
  return {
    ...file,
    settings,
    edits,
    problems,
    edit: (path, value) => settings !== null && setEdits((now) => withEdit(settings, now, path, value)),
    discard,
    save: () => void save(),
    busy,
    refusal,
  };
}
