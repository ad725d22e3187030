/** Events of the double, held against the overloads of Electron's own `on`. */
/// <reference types="electron" />

/** Names in `Events` that Electron's `Target` does not have, or whose listener takes other parameters. */
type Foreign<Target extends { on: unknown }, Events extends Record<string, unknown[]>> = {
  [Name in keyof Events]: Target['on'] extends (event: Name, listener: (...given: Events[Name]) => void) => unknown
    ? never
    : Name;
}[keyof Events];

/** `true` if Electron's `Target` has every event in `Events` with these parameters; otherwise the names it has not. */
export type Emits<Target extends { on: unknown }, Events extends Record<string, unknown[]>> =
  Foreign<Target, Events> extends never ? true : Foreign<Target, Events>;

/** An event that a listener may call off. */
export function preventable<Details extends object>(details: Details): Electron.Event<Details> {
  let prevented = false;
  return {
    ...details,
    get defaultPrevented() {
      return prevented;
    },
    preventDefault() {
      prevented = true;
    },
  };
}
