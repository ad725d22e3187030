/** Why an agent is queued that waits for nothing but its turn, milliseconds from now. */
export const nextToStart = 'next to start';
