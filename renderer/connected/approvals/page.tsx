import type { ReactNode } from 'react';

export default function ApprovalsPage(): ReactNode {
  return <h2>Approvals</h2>;
}
