import type { ReactNode } from 'react';
import { OrganizationRegular } from '@fluentui/react-icons/svg/organization';
import { Mark } from './mark.tsx';
import './frame.css';

interface FrameProps {
  readonly connection: ReactNode;
  readonly bar: ReactNode;
  readonly children: ReactNode;
}

/** Header, navigation and the view: what stays where it is whatever is shown. */
export function Frame({ connection, bar, children }: FrameProps): ReactNode {
  return (
    <div className="frame">
      <header className="frame-header">
        <Mark />
        <h1>Ziggie</h1>
        <span className="frame-space" />
        {connection}
      </header>
      {bar}
      <div className="frame-body">
        <nav className="frame-nav" aria-label="Views">
          <a href="#/" aria-current="page" title="Fleet">
            <OrganizationRegular aria-hidden="true" />
            <span>Fleet</span>
          </a>
        </nav>
        <main className="frame-main">{children}</main>
      </div>
    </div>
  );
}
