/**
 * JSON.parse with the three checks it lacks: a depth limit before anything recurses over the value, no duplicate keys
 * (two programs could read two different requests out of one body), and no keys that reach into prototypes.
 */
import { fail, ok, type Result } from './failures.ts';

/** Requests are three levels deep; 32 leaves room for what users add and none for stack attacks. */
const maxDepth = 32;
const forbiddenKeys = new Set(['__proto__', 'prototype', 'constructor']);

export function parseStrictJson(text: string): Result<unknown> {
  const shape = checkShape(text);
  if (!shape.ok) return shape;
  try {
    return ok(JSON.parse(text));
  } catch (error) {
    return notJson(error instanceof Error ? error.message : String(error));
  }
}

const notJson = (reason: string): Result<never> =>
  fail('INVALID_REQUEST', `The body is not valid JSON: ${reason}. Write the whole object, UTF-8, in one go.`, {
    reason: 'not_json',
  });

/** One pass over the tokens, no recursion: tracks the open objects and the keys seen in each. */
function checkShape(text: string): Result<void> {
  const open: (Set<string> | null)[] = [];
  // One that is cut off matches to the end of the text: each quote in it would begin another look through all that follows.
  const token = /"(?:[^"\\]|\\.)*(?:"|\\?$)|[{}[\]]/gs;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [lexeme] = match;
    if (lexeme === '{' || lexeme === '[') {
      if (open.length === maxDepth) {
        return fail('INVALID_REQUEST', `The body is nested deeper than ${maxDepth} levels. Flatten it.`, {
          reason: 'too_deep',
          limit: maxDepth,
        });
      }
      open.push(lexeme === '{' ? new Set() : null);
    } else if (lexeme === '}' || lexeme === ']') {
      open.pop();
    } else {
      const problem = checkKey(text, token.lastIndex, lexeme, open.at(-1) ?? null);
      if (problem !== null) return problem;
    }
  }
  return ok(undefined);
}

function checkKey(text: string, end: number, lexeme: string, keys: Set<string> | null): Result<never> | null {
  if (keys === null || !isKey(text, end)) return null;
  const key = decodeKey(lexeme);
  if (key === null) return notJson(`the key ${lexeme.slice(0, 40)} is malformed`);
  if (forbiddenKeys.has(key)) {
    return fail('INVALID_REQUEST', `The key "${key}" is reserved. Remove it.`, { reason: 'unknown_field', key });
  }
  if (keys.has(key)) {
    return fail('INVALID_REQUEST', `The key "${key.slice(0, 80)}" stands twice in one object. Keep one.`, {
      reason: 'duplicate_key',
      key,
    });
  }
  keys.add(key);
  return null;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return text.charAt(at) === ':';
}

function decodeKey(lexeme: string): string | null {
  try {
    const key: unknown = JSON.parse(lexeme);
    return typeof key === 'string' ? key : null;
  } catch {
    return null; // The caller answers that the key is malformed.
  }
}
