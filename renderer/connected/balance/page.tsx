import type { ReactNode } from 'react';

export default function BalancePage(): ReactNode {
  return <h2>Balance</h2>;
}
