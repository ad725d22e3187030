import { useEffect, useState } from 'react';
import type { Settings } from '../../protocol/settings.ts';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** The settings in force; null while they are not known. Asked for anew after the connection was lost: they may be others. */
export function useSettings(): Settings['in_force'] | null {
  const { client } = useDashboard();
  const isLive = useDashboardState(({ connection }) => connection.status === 'live');
  const [settings, setSettings] = useState<Settings['in_force'] | null>(null);
  useEffect(() => {
    if (!isLive) return undefined;
    let isWanted = true;
    void client.api.settings().then((answer) => {
      if (isWanted && answer.ok) setSettings(answer.value.in_force);
    });
    return () => void (isWanted = false);
  }, [client, isLive]);
  return settings;
}
