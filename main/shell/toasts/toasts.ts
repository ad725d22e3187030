/** Shows toasts, and does what is clicked on them: the only place where notifications are made. */
import { Notification } from 'electron';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { ShellLog } from '../log.ts';
import type { TrayAction } from '../tray/model.ts';
import { noNews, toastNews } from './news.ts';
import type { Toast } from './words.ts';

export interface ToastsOptions {
  /** Absolute path of the picture beside the text. */
  readonly icon: string;
  readonly perform: (action: TrayAction) => void;
  readonly log: ShellLog;
}

export interface Toasts {
  /** Tells what has come up since the last call, unless `watched`: the dashboard is before the operator's eyes. */
  update(fleet: Fleet, watched: boolean): void;
}

/** So many are kept clickable: the system keeps them in its own list, and a toast that was collected answers no click. */
const mostKept = 50;

export function toasts({ icon, perform, log }: ToastsOptions): Toasts {
  const startedAt = Date.now();
  /** By key, oldest first. */
  const shown = new Map<string, { readonly toast: Toast; readonly notification: Notification }>();
  let news = noNews;

  const forget = (key: string): void => {
    shown.delete(key);
  };
  const show = (toast: Toast): void => {
    const notification = new Notification({
      title: toast.title,
      body: toast.body,
      icon,
      // Windows and macOS show them; elsewhere the click leads to where it can be done.
      actions: toast.buttons.map(({ label }) => ({ type: 'button', text: label })),
    });
    notification.on('click', () => {
      forget(toast.key);
      perform({ type: 'open', place: toast.place });
    });
    notification.on('action', ({ actionIndex }) => {
      const button = toast.buttons[actionIndex];
      forget(toast.key);
      if (button !== undefined) perform(button.action);
    });
    notification.on('failed', (_event, error) => {
      forget(toast.key);
      log.warn(`A toast was not shown: ${error}`);
    });
    shown.get(toast.key)?.notification.close();
    shown.delete(toast.key);
    shown.set(toast.key, { toast, notification });
    for (const key of [...shown.keys()].slice(0, -mostKept)) forget(key);
    notification.show();
  };
  return {
    update(fleet, watched) {
      const step = toastNews(news, fleet, { now: Date.now(), startedAt, watched });
      news = step.news;
      // Its buttons would decide what is decided.
      for (const [key, { toast, notification }] of shown) {
        if (toast.approvalId === null || news.open.has(toast.approvalId)) continue;
        forget(key);
        notification.close();
      }
      if (Notification.isSupported()) step.tell.forEach(show);
    },
  };
}
