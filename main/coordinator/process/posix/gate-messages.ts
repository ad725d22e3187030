/** What the coordinator and its nursery say to each other. Gates are numbered by the nursery. */
import type { Identity } from '../../../../protocol/agent.ts';

export type ToNursery =
  /** Start this many more gates. */
  | { readonly want: number }
  /** Give a gate its order; it is its last input. */
  | { readonly gate: number; readonly order: string }
  /** Let a gate leave without an order. */
  | { readonly dismiss: number };

export type FromNursery =
  | { readonly ready: number; readonly identity: Identity }
  | { readonly failed: string }
  /** The gate's own process has ended. */
  | { readonly gone: number; readonly code: number | null; readonly signal: string | null };
