/** Filters that a person keeps under a name, in this browser. What cannot be read or kept is as if there were none. */
import { z } from 'zod';

const savedViewsSchema = z.array(z.object({ name: z.string().min(1), query: z.string() }));
export type SavedView = z.infer<typeof savedViewsSchema>[number];

const key = 'ziggie.views';

export function readSavedViews(storage: Pick<Storage, 'getItem'>): readonly SavedView[] {
  try {
    return savedViewsSchema.parse(JSON.parse(storage.getItem(key) ?? '[]'));
  } catch {
    return [];
  }
}

export function writeSavedViews(storage: Pick<Storage, 'setItem'>, views: readonly SavedView[]): void {
  try {
    storage.setItem(key, JSON.stringify(views));
  } catch {
    // Not allowed here, or full: they last as long as the page.
  }
}

/** The same name again takes the place of the old one. */
export const withView = (views: readonly SavedView[], view: SavedView): readonly SavedView[] =>
  [...views.filter(({ name }) => name !== view.name), view].sort((a, b) => a.name.localeCompare(b.name));
