import type { ReactNode } from 'react';

export default function ReportsPage(): ReactNode {
  return <h2>Reports</h2>;
}
