/** One criterion of the Protocol v1.2 score, and the fact behind it. */
import { z } from 'zod';

export const fullPoints = 20;

export const pointSchema = z.object({
  state: z.enum(['scored', 'pending', 'not_applicable']),
  /** null unless scored. */
  points: z.number().nullable(),
  of: z.number(),
  fact: z.string(),
});
export type Point = z.infer<typeof pointSchema>;

export const scored = (points: number, fact: string): Point => ({
  state: 'scored',
  points: rounded(points),
  of: fullPoints,
  fact,
});
export const pending = (fact: string): Point => ({ state: 'pending', points: null, of: fullPoints, fact });
export const notApplicable = (fact: string): Point => ({ state: 'not_applicable', points: null, of: 0, fact });

export const rounded = (value: number): number => Math.round(value * 100) / 100;
