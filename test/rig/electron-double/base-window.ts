/** `BaseWindow` of the double: a window without a page, of which only what the system tells it counts. */
import { EventEmitter } from 'node:events';
import { type Emits, preventable } from './events.ts';

type Reasons = Electron.WindowSessionEndEvent['reasons'];
type BaseWindowEvents = {
  'query-session-end': [event: Electron.WindowSessionEndEvent];
  'session-end': [event: Electron.WindowSessionEndEvent];
};
true satisfies Emits<Electron.BaseWindow, BaseWindowEvents>;

const baseWindows = new Set<BaseWindow>();

export class BaseWindow extends EventEmitter<BaseWindowEvents> {
  readonly #visible: boolean;

  /** Asks all windows as Windows does; true: one of them holds the end of the session up. */
  static askSessionEnd(reasons: Reasons): boolean {
    const event = preventable({ reasons });
    for (const window of baseWindows) window.emit('query-session-end', event);
    return event.defaultPrevented;
  }

  static endSession(reasons: Reasons): void {
    for (const window of baseWindows) window.emit('session-end', preventable({ reasons }));
  }

  constructor(options: Electron.BaseWindowConstructorOptions = {}) {
    super();
    this.#visible = options.show !== false;
    baseWindows.add(this);
  }

  isVisible(): boolean {
    return this.#visible;
  }
}
