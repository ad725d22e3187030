import { expect, test } from 'vitest';
import { appId, toastActivator } from '../../../main/shell/app-id.ts';
import { tellWindows } from '../../../main/shell/windows-identity.ts';

test('Windows is told first who answers clicks on toasts, then the id that ties them to the shortcut; others nothing', () => {
  const told: string[] = [];
  const app = {
    setAppUserModelId: (id: string) => void told.push(id),
    setToastActivatorCLSID: (id: string) => void told.push(id),
  };
  tellWindows(app, 'linux');
  expect(told).toEqual([]);
  tellWindows(app, 'win32');
  expect(told).toEqual([toastActivator, appId]);
  expect(appId).toBe('dev.ziggie.coordinator');
  // Electron throws for one that is none.
  expect(toastActivator).toMatch(/^\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}$/);
});
