import { useState } from 'react';

/** The last value that was one: what a search unfolded stays as it is when the search is over. */
export function useLast<T>(value: T | null): T | null {
  const [last, setLast] = useState(value);
  if (value !== null && value !== last) setLast(value);
  return value ?? last;
}
