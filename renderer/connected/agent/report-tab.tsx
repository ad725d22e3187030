import type { ReactNode } from 'react';
import type { Agent } from '../../../protocol/agent.ts';
import { OneReport } from '../reports/one-report.tsx';

export default function ReportTab({ agent }: { readonly agent: Agent }): ReactNode {
  return <OneReport agent={agent} />;
}
