import type { ReactNode } from 'react';
import type { DesktopBridge } from '../../../protocol/desktop.ts';
import { desktopBridge } from '../../client/bridge.ts';
import { LoginRow, UpdateRow } from '../../views/settings/desktop-rows.tsx';
import { useDesktop } from './use-desktop.ts';

/** What concerns the desktop application itself and is no part of config.json; in a browser, where to find it. */
export function DesktopSettings(): ReactNode {
  const bridge = desktopBridge();
  if (bridge !== null) return <OnTheDesktop bridge={bridge} />;
  return (
    <p className="setting-lead">
      This is a browser. Whether Ziggie starts at login, and its updates, are shown here in Ziggie’s own window and in
      its tray menu.
    </p>
  );
}

function OnTheDesktop({ bridge }: { readonly bridge: DesktopBridge }): ReactNode {
  const { login, updates, now, trouble, busy, setLogin, check, download, restart } = useDesktop(bridge);
  return (
    <>
      <LoginRow item={login} trouble={trouble} busy={busy} onChange={setLogin} />
      <UpdateRow status={updates} now={now} busy={busy} onCheck={check} onDownload={download} onRestart={restart} />
    </>
  );
}
