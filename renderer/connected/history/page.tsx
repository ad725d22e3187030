import type { ReactNode } from 'react';

export default function HistoryPage(): ReactNode {
  return <h2>History</h2>;
}
