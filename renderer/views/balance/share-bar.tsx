import type { CSSProperties, ReactNode } from 'react';
import { type BarPart, barWords, percent } from '../../selectors/share-bars.ts';

interface ShareBarProps {
  /** What the bar shows: "estimate", "measured". */
  readonly label: string;
  readonly parts: readonly BarPart[];
  /** In place of a bar where there is nothing to show yet. */
  readonly empty: string;
}

/** One stacked bar, largest part first. A part that is too large is marked by more than its colour. */
export function ShareBar({ label, parts, empty }: ShareBarProps): ReactNode {
  if (parts.length === 0) return <span className="share-none">{empty}</span>;
  return (
    <ol className="share-bar" aria-label={`${label}: ${barWords(parts)}`}>
      {parts.map((part, at) => (
        <Part key={`${part.agentId ?? ''} ${at}`} part={part} />
      ))}
    </ol>
  );
}

function Part({ part: { agentId, name, share, kind } }: { readonly part: BarPart }): ReactNode {
  const width: CSSProperties = { flexBasis: `${share * 100}%` };
  const figure = percent(share);
  const words = (
    <bdi>
      {kind === 'over' && '▲ '}
      <span className="share-name">{name} </span>
      <span className={`share-figure${figure.length > 4 ? ' share-figure-long' : ''}`}>{figure}</span>
    </bdi>
  );
  const title = `${name}: ${percent(share)}${kind === 'over' ? ', too much' : ''}`;
  return (
    <li className={`share-part share-${kind}`} style={width} title={title}>
      {agentId === null ? <span>{words}</span> : <a href={`#/agents/${encodeURIComponent(agentId)}`}>{words}</a>}
    </li>
  );
}
