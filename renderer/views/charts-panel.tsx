import type { ReactNode } from 'react';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import { ChevronUpRegular } from '@fluentui/react-icons/svg/chevron-up';
import './charts-panel.css';

interface ChartsPanelProps {
  readonly open: boolean;
  /** Whose usage the charts show. */
  readonly of: string;
  readonly onOpen: (open: boolean) => void;
  readonly controls: ReactNode;
  readonly children: ReactNode;
}

/** The lower part of the fleet view: a bar that opens and closes it, and the charts. */
export function ChartsPanel({ open, of, onOpen, controls, children }: ChartsPanelProps): ReactNode {
  return (
    <section className={open ? 'charts-panel charts-panel-open' : 'charts-panel'} aria-label="Usage over time">
      <header>
        <button type="button" className="charts-toggle" aria-expanded={open} onClick={() => onOpen(!open)}>
          {open ? <ChevronDownRegular /> : <ChevronUpRegular />}
          <span>Usage</span>
          <span className="charts-of">
            of <bdi>{of}</bdi>
          </span>
        </button>
        {open && <div className="charts-controls">{controls}</div>}
      </header>
      {open && children}
    </section>
  );
}
