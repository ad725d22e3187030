/**
 * Who this application is to Windows: toasts, taskbar buttons and the Start-menu shortcut belong together by it. The
 * installer's shortcut must carry the same (`appId` of electron-builder).
 */
export const appId = 'dev.ziggie.coordinator';
