import type { ReactNode } from 'react';

export default function QueuePage(): ReactNode {
  return <h2>Queue</h2>;
}
