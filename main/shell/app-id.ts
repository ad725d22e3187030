/** Who this application is to Windows. The installer's Start-menu shortcut must carry both. */

/** Toasts, taskbar buttons and the shortcut belong together by it; `appId` of electron-builder. */
export const appId = 'dev.ziggie.coordinator';

/** By which Windows finds the process that a click on a toast is for (`System.AppUserModel.ToastActivatorCLSID`). */
export const toastActivator = '{A0A54258-D25B-494E-AB58-A6C837AD327E}';
