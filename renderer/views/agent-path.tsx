import { Fragment, type ReactNode } from 'react';
import { type PathStep, pathWords } from '../selectors/agent-path.ts';
import './agent-path.css';

/** L0 › L1 overwatch › L2.2 scanner; each agent is a link to it, the last one stands out. */
export function AgentPath({ path }: { readonly path: readonly PathStep[] }): ReactNode {
  return (
    <span className="agent-path" title={pathWords(path)}>
      {path.map((step, at) => (
        <Fragment key={step.agentId ?? ''}>
          {at > 0 && (
            <span className="agent-path-sign" aria-hidden="true">
              ›
            </span>
          )}
          <Step step={step} last={at === path.length - 1} />
        </Fragment>
      ))}
    </span>
  );
}

function Step({ step: { agentId, type, name }, last }: { readonly step: PathStep; readonly last: boolean }): ReactNode {
  const words = (
    <>
      <span className="agent-path-type">{type}</span>
      {name !== '' && <bdi>{name}</bdi>}
    </>
  );
  const className = `agent-path-step${last ? ' agent-path-last' : ''}`;
  if (agentId === null) return <span className={className}>{words}</span>;
  return (
    <a className={className} href={`#/agents/${encodeURIComponent(agentId)}`}>
      {words}
    </a>
  );
}
