/**
 * The start at login as Windows keeps it: the names that the application, the installer and the uninstaller must agree on.
 * Nothing is imported here, so that an installer's script can be held against it.
 */

/** Name of the value below the two keys. Electron would take its AppUserModelID, which the uninstaller would not find. */
export const loginItemName = 'Ziggie';

/** What the program is started with at login: in the tray, without a window. */
export const loginItemArguments = ['--hidden'] as const;

/** Below HKEY_CURRENT_USER, or HKEY_LOCAL_MACHINE where an administrator decides for all users. */
export const runKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\Run';

/** Where Task Manager and the Settings app keep whether a value of `runKey` is switched off; in the same hive. */
export const startupApprovedKey = 'Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\StartupApproved\\Run';

/** Windows does not run a longer command line of the Run key. */
export const LONGEST_RUN_COMMAND = 260;

/** The value's data. A path is quoted always: unquoted, `C:\My Apps\x.exe` would start `C:\My.exe` where there is one. */
export const loginCommand = (program: string): string => [quoted(program), ...loginItemArguments].join(' ');

/** No path of Windows can hold a quote, so there is nothing to escape; `&`, `'` and `%` are plain characters there. */
export const quoted = (program: string): string => `"${program}"`;
