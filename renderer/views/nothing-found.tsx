import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';

/** In place of the tree while no agent is as the filter asks. */
export function NothingFound({ onClear }: { readonly onClear: () => void }): ReactNode {
  return (
    <div className="nothing-found" role="status">
      <p>No agent is as the filter asks.</p>
      <Button size="small" onClick={onClear}>
        Show all
      </Button>
    </div>
  );
}
