import type { ReactNode } from 'react';
import { CopyButton } from './copy-button.tsx';
import './empty-fleet.css';

interface EmptyFleetProps {
  /** A request that works as it stands. */
  readonly sample: string;
}

/** In place of the tree while nothing was ever deployed: how the first agent comes here. */
export function EmptyFleet({ sample }: EmptyFleetProps): ReactNode {
  return (
    <section className="empty" aria-label="No agents yet">
      <h2>No agents yet</h2>
      <p>
        Agents appear here as soon as they are asked for. Write this as a <code className="mono">.json</code> file into{' '}
        <code className="mono">requests</code> of the coordinator’s root folder, or post it to{' '}
        <code className="mono">/api/coordinator/deploy</code>:
      </p>
      <div className="empty-sample">
        <pre className="mono">{sample}</pre>
        <CopyButton what="request" text={sample} />
      </div>
      <p>
        <code className="mono">ziggie serve --demo</code> starts with a small tree of demo agents.
      </p>
    </section>
  );
}
