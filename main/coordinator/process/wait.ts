/** Waiting with an end: whether something happened before the time was up, or `enough` said not to wait on. */
export async function within(happened: Promise<unknown>, milliseconds: number, enough?: AbortSignal): Promise<boolean> {
  let end = (): void => undefined;
  const over = new Promise<false>((resolve) => {
    end = () => resolve(false);
  });
  const timer = setTimeout(end, milliseconds);
  enough?.addEventListener('abort', end);
  if (enough?.aborted === true) end();
  try {
    return await Promise.race([happened.then(() => true), over]);
  } finally {
    clearTimeout(timer);
    enough?.removeEventListener('abort', end);
  }
}

/** Settles when the question is answered with yes; asks every `everyMs`. No when the time is up, if there is one. */
export async function until(question: () => boolean, everyMs: number, timeoutMs = Infinity): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!question()) {
    if (performance.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  return true;
}
