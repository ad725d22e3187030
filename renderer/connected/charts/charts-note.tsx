import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import { visible } from '../../selectors/visible-text.ts';
import type { Usage } from './use-usage.ts';
import '../../views/usage-chart.css';

/** What stands where the charts would be while there is nothing to draw. */
export function ChartsNote({ usage }: { readonly usage: Exclude<Usage, { status: 'known' }> }): ReactNode {
  if (usage.status === 'loading') return <p className="charts-note">Reading measurements…</p>;
  return (
    <p className="charts-note" role="alert">
      <bdi>The measurements could not be read: {visible(usage.failure.message)}</bdi>
      <Button size="small" onClick={usage.retry}>
        Try again
      </Button>
    </p>
  );
}
