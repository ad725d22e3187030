import type { ReactNode } from 'react';
import './fleet-layout.css';

interface FleetLayoutProps {
  readonly tree: ReactNode;
  /** Below the tree; null: there is nothing to draw. */
  readonly charts: ReactNode;
  /** null: there is nothing that could be selected. */
  readonly pane: ReactNode;
  /** The pane covers the tree; the tree keeps its scroll place below it. */
  readonly full: boolean;
  /** What is shown may be out of date. */
  readonly stale: boolean;
}

/** The tree with the pane at its right, or below it where the window is narrow. */
export function FleetLayout({ tree, charts, pane, full, stale }: FleetLayoutProps): ReactNode {
  const modifiers = [full ? 'fleet-full' : '', stale ? 'fleet-stale' : '', pane === null ? 'fleet-bare' : ''];
  const classes = ['fleet', ...modifiers].filter((name) => name !== '');
  return (
    <div className={classes.join(' ')}>
      <div className="fleet-tree" inert={full}>
        {tree}
        {charts}
      </div>
      {pane !== null && <div className="fleet-pane">{pane}</div>}
    </div>
  );
}
