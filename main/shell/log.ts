/** The shell's own log file. The coordinator has its own; what is here concerns the tray, the windows and the start. */
import electronLog from 'electron-log/node';

export interface ShellLog {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/**
 * Lines go to `file`, and to the console where a person watches it. Never throws and never waits for the disk: a log that
 * cannot be written (a virus scanner holds it, the disk is full) is no reason for the desktop to fail.
 */
export function openShellLog(file: string): ShellLog {
  const logger = safely(() => {
    const created = electronLog.create({ logId: 'shell' });
    created.transports.file.resolvePathFn = () => file;
    created.transports.file.sync = false;
    created.transports.file.writeOptions = { flag: 'a', mode: 0o600, encoding: 'utf8' };
    created.transports.console.level = process.stdout.isTTY ? 'info' : false;
    return created;
  });
  const line = (level: keyof ShellLog) => (text: string) => {
    safely(() => logger?.[level](text));
  };
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

function safely<T>(attempt: () => T): T | null {
  try {
    return attempt();
  } catch {
    // There is no further place to tell that the log itself failed.
    return null;
  }
}
