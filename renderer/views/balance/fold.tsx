import type { ReactNode } from 'react';

interface FoldProps {
  readonly title: string;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly children: ReactNode;
}

/** A heading that hides what is below it. */
export function Fold({ title, open, onOpen, children }: FoldProps): ReactNode {
  return (
    <section className="fold">
      <h3>
        <button type="button" aria-expanded={open} onClick={() => onOpen(!open)}>
          <span aria-hidden="true">{open ? '▾' : '▸'}</span> {title}
        </button>
      </h3>
      {open && children}
    </section>
  );
}
