/** Waiting with an end: whether something happened before the time was up. */
export async function within(happened: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | null = null;
  const timeUp = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([happened.then(() => true), timeUp]);
  } finally {
    if (timer !== null) clearTimeout(timer);
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
