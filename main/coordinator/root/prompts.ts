/** Gives a new root the prompt templates that ship with the project. A folder that has anything in it is the user's. */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export function seedPrompts(from: string, to: string): void {
  if (readdirSync(to).length > 0) return;
  for (const name of readdirSync(from)) if (name.endsWith('.md')) copyFileSync(join(from, name), join(to, name));
}
