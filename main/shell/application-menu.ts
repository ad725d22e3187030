/** The menu behind Alt: Electron's own has links to the network and, in every build, the developer tools. */
import { Menu, app } from 'electron';

/** Keys for zoom and reload live in the menu only. Copying, pasting and undoing do without it, except on macOS. */
export function setApplicationMenu(): void {
  const development = app.isPackaged ? [] : [{ role: 'toggleDevTools' } as const];
  const menu = Menu.buildFromTemplate([
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' } as const, { role: 'editMenu' } as const] : []),
    {
      label: '&View',
      submenu: [
        { role: 'reload' },
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...development,
      ],
    },
    { label: '&Window', submenu: [{ role: 'minimize' }, { role: 'close' }] },
  ]);
  Menu.setApplicationMenu(menu);
}
