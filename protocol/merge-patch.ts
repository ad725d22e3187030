/** JSON Merge Patch (RFC 7396): null removes, objects are merged, anything else replaces. */

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged = new Map(Object.entries(target));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isObject(value)) {
      const before = merged.get(key);
      merged.set(key, mergePatch(isObject(before) ? before : {}, value));
    } else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/**
 * The patch that makes `after` of `before`; empty when they are the same. A null inside of `after` counts as absent:
 * a patch cannot say it.
 */
export function patchBetween(before: JsonObject, after: JsonObject): JsonObject {
  const [then, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const patch = new Map<string, unknown>();
  for (const key of then.keys()) if ((now.get(key) ?? null) === null && then.get(key) !== null) patch.set(key, null);
  for (const [key, value] of now) {
    const old = then.get(key);
    if (value === null || value === undefined) continue;
    if (isObject(value) && isObject(old)) {
      const inside = patchBetween(old, value);
      if (Object.keys(inside).length > 0) patch.set(key, inside);
    } else if (JSON.stringify(value) !== JSON.stringify(old)) patch.set(key, value);
  }
  return Object.fromEntries(patch);
}
