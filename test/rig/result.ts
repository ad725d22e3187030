/** Unpacks results in tests, those of clients too, and throws what they hold where a test expected the other. */
interface SomeFailure {
  readonly code: string;
  readonly message: string;
}
type SomeResult<T, F extends SomeFailure> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: F };

export function valueOf<T, F extends SomeFailure>(result: SomeResult<T, F>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export function failureIn<F extends SomeFailure>(result: SomeResult<unknown, F>): F {
  if (result.ok) throw new Error(`a failure was expected; the value is ${JSON.stringify(result.value)}`);
  return result.failure;
}
