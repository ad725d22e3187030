import type { ReactNode } from 'react';
import { Mark } from './mark.tsx';
import './frame.css';

interface FrameProps {
  readonly nav: ReactNode;
  /** In the middle of the header. */
  readonly search: ReactNode;
  /** At the right of it. */
  readonly tools: ReactNode;
  readonly connection: ReactNode;
  readonly bar: ReactNode;
  readonly children: ReactNode;
}

/** Header, navigation and the view: what stays where it is whatever is shown. */
export function Frame({ nav, search, tools, connection, bar, children }: FrameProps): ReactNode {
  return (
    <div className="frame">
      <header className="frame-header">
        <Mark />
        <h1>Ziggie</h1>
        <span className="frame-space" />
        {search}
        <span className="frame-end">
          {tools}
          {connection}
        </span>
      </header>
      {bar}
      <div className="frame-body">
        {nav}
        <main className="frame-main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  );
}
