/** Remembers who had which colour, from one drawing to the next. */
import { coloursOf } from '../../selectors/usage-chart.ts';
import type { Grid } from '../../selectors/usage-grid.ts';

export class ColourKeeper {
  #colours: ReadonlyMap<string, number> = new Map();

  assign(grids: readonly Grid[]): ReadonlyMap<string, number> {
    this.#colours = coloursOf(grids, this.#colours);
    return this.#colours;
  }
}
