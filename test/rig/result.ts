/** Unpacks results in tests, and throws what they hold where a test expected the other. */
import type { Failure, Result } from '../../protocol/failures.ts';

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export function failureIn(result: Result<unknown>): Failure {
  if (result.ok) throw new Error(`a failure was expected; the value is ${JSON.stringify(result.value)}`);
  return result.failure;
}
