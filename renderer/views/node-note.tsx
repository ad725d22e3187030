import type { ReactNode } from 'react';
import './node-note.css';

interface NodeNoteProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** The pane of a row that is no agent of the coordinator: what it is, in a few sentences. */
export function NodeNote({ title, children }: NodeNoteProps): ReactNode {
  return (
    <section className="note" aria-label={title}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      {children}
    </section>
  );
}
