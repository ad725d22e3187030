import { useState } from 'react';
import type { ClientFailure } from '../../../clients/typescript/client.ts';
import type { Settings } from '../../../protocol/settings.ts';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useAsked } from '../use-asked.ts';

export interface SettingsFile {
  /** As the coordinator told it last; null: not known yet, or `failure` says why not. */
  readonly settings: Settings | null;
  /** The last version that the person has seen without anything new; null: `settings` is. */
  readonly seen: Settings | null;
  readonly failure: ClientFailure | null;
  readonly again: () => void;
  /** What a save of this page was answered: nothing new to its person. */
  readonly onSaved: (settings: Settings) => void;
  /** The person has seen what is new. */
  readonly onSeen: () => void;
}

/** config.json as it is. `isSaving`: what is told meanwhile may be this page's own save, so it waits for the answer to that. */
export function useSettingsFile(isSaving: boolean, onOther: (settings: Settings) => void): SettingsFile {
  const { client } = useDashboard();
  const version = useDashboardState(
    ({ configRevision, connection }) =>
      `${configRevision ?? ''} ${connection.status === 'live' ? connection.since : ''}`,
  );
  const { asked, again } = useAsked('settings', version, () => client.api.settings());
  const [settings, setSettings] = useState<Settings | null>(null);
  const [seen, setSeen] = useState<Settings | null>(null);
  const [taken, setTaken] = useState<Settings | null>(null);
  const told = asked.status === 'known' ? asked.value : null;
  if (told !== null && told !== taken && !isSaving) {
    setTaken(told);
    setSettings(told);
    if (settings !== null && settings.revision !== told.revision) {
      // While the file is broken there is nothing to compare: what was seen before that stays the measure.
      if (settings.problem === null) setSeen(seen ?? settings);
      onOther(told);
    }
  }
  return {
    settings,
    seen,
    failure: settings === null && asked.status === 'failed' ? asked.failure : null,
    again,
    onSaved: (answer) => {
      setSettings(answer);
      setSeen(null);
    },
    onSeen: () => setSeen(null),
  };
}
