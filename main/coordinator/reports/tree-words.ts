/** Figures of a combined report as people read them; a dash is unknown. Pure. */
import type { Tokens } from '../../../protocol/agent.ts';

const unknown = '–';

export const count = (many: number, what: string): string => `${many} ${what}${many === 1 ? '' : 's'}`;

/** "0.4 s", "12 s", "3 min 05 s", "2 h 07 min". */
export function duration(seconds: number | null): string {
  if (seconds === null) return unknown;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (part: number): string => String(part).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

export const percent = (share: number | null): string => (share === null ? unknown : `${Math.round(share * 100)} %`);

/** To the cent; what is less to the hundredth of a cent. */
export const money = (usd: number | null): string =>
  usd === null ? unknown : `$${usd.toFixed(usd !== 0 && usd < 0.995 ? 4 : 2)}`;

/** Into the model and out of it; what came from its cache is part of the first. */
export function tokenCount(tokens: Tokens | null): string {
  if (tokens === null) return unknown;
  return `${thousands(tokens.input + tokens.cache_read + tokens.cache_write)} in, ${thousands(tokens.output)} out`;
}

const thousands = (many: number): string => String(Math.round(many)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');

/** "2026-11-25 23:51:39" */
export const clock = (iso: string): string => iso.slice(0, 19).replace('T', ' ');
