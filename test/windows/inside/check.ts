/** The runner of Node, for the checks of this folder. */
import { after, test as nodeTest } from 'node:test';

// The product's own timers never keep a process alive; while there are checks, this does.
const alive = setInterval(() => undefined, 1000);
after(() => clearInterval(alive));

/** One check, with a limit of its own. The runner of Node keeps the promise. */
export function test(title: string, { timeout }: { readonly timeout: number }, body: () => Promise<void>): void {
  void nodeTest(title, { timeout }, body);
}
