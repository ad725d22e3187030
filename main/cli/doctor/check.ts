/** One thing that `ziggie doctor` looked at. */
export interface Check {
  readonly name: string;
  /** `fail`: it will not work like this. `warn`: it works, with something less. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly message: string;
  /** What to do about it; null when nothing has to be done. */
  readonly mend: string | null;
}

export const well = (name: string, message: string): Check => ({ name, state: 'ok', message, mend: null });
export const warn = (name: string, message: string, mend: string): Check => ({ name, state: 'warn', message, mend });
export const bad = (name: string, message: string, mend: string): Check => ({ name, state: 'fail', message, mend });
