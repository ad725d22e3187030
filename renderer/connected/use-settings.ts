import { useEffect, useState } from 'react';
import type { Settings } from '../../protocol/settings.ts';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** The settings in force; null while they are not known. Asked for anew when they change, and after a lost connection. */
export function useSettings(): Settings['in_force'] | null {
  const { client } = useDashboard();
  const isLive = useDashboardState(({ connection }) => connection.status === 'live');
  const revision = useDashboardState(({ configRevision }) => configRevision);
  const [settings, setSettings] = useState<Settings['in_force'] | null>(null);
  useEffect(() => {
    if (!isLive) return undefined;
    let isWanted = true;
    void client.api.settings().then((answer) => {
      if (isWanted && answer.ok) setSettings(answer.value.in_force);
    });
    return () => void (isWanted = false);
  }, [client, isLive, revision]);
  return settings;
}
