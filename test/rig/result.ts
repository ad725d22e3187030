/** Unpacks results in tests, and throws what they hold where a test expected the other. */

/** Of the product, or of a client of it, whose failures know a few more codes. */
type AnyResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: { readonly code: string; readonly message: string } };

export function valueOf<T>(result: AnyResult<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export function failureIn<F extends { readonly code: string }>(
  result: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly failure: F },
): F {
  if (result.ok) throw new Error(`a failure was expected; the value is ${JSON.stringify(result.value)}`);
  return result.failure;
}
