import type { ReactNode } from 'react';
import type { StatusWords } from '../selectors/status-language.ts';
import { StatusShape } from './status-shape.tsx';

/** Shape, word and what stands behind the word, on one line. */
export function StatusText({ words }: { readonly words: StatusWords }): ReactNode {
  const loud = words.tone === 'warning' || words.tone === 'bad';
  return (
    <span className="status-text">
      <StatusShape shape={words.shape} tone={words.tone} />
      <span className={loud ? `status-word tone-${words.tone}` : 'status-word'}>{words.word}</span>
      {words.detail !== null && <bdi className="status-detail">{words.detail}</bdi>}
    </span>
  );
}
