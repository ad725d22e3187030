/** `Notification` of the double: what would lie on the screen, to be read and clicked by a test. */
import { EventEmitter } from 'node:events';
import type { ToastText } from './commands.ts';
import { type Emits, preventable } from './events.ts';

type NotificationEvents = {
  action: [
    details: Electron.Event<Electron.NotificationActionEventParams>,
    actionIndex: number,
    selectionIndex: number,
  ];
  click: [event: Electron.Event];
  failed: [event: Electron.Event, error: string];
};
true satisfies Emits<Electron.Notification, NotificationEvents>;

/** Oldest first. */
const onScreen = new Set<Notification>();

export class Notification extends EventEmitter<NotificationEvents> {
  readonly #options: Electron.NotificationConstructorOptions;

  static isSupported(): boolean {
    return true;
  }

  static all(): ToastText[] {
    return [...onScreen].map((one) => one.text());
  }

  /** The one of this title, given by its beginning. */
  static titled(title: string): Notification {
    const found = [...onScreen].find((one) => one.text().title.startsWith(title));
    if (found === undefined) throw new Error(`No toast "${title}" in ${JSON.stringify(Notification.all())}.`);
    return found;
  }

  constructor(options: Electron.NotificationConstructorOptions = {}) {
    super();
    this.#options = options;
  }

  show(): void {
    onScreen.add(this);
  }

  close(): void {
    onScreen.delete(this);
  }

  text(): ToastText {
    const { title = '', body = '', actions = [] } = this.#options;
    return { title, body, buttons: actions.map(({ text = '' }) => text) };
  }

  click(): void {
    this.close();
    this.emit('click', preventable({}));
  }

  press(button: string): void {
    const index = this.text().buttons.indexOf(button);
    if (index < 0) throw new Error(`No button "${button}"; there are ${this.text().buttons.join(', ')}.`);
    this.close();
    this.emit('action', preventable({ actionIndex: index, selectionIndex: -1 }), index, -1);
  }
}
