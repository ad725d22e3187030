import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import { CopyButton } from './copy-button.tsx';
import './first-run.css';

interface FirstRunProps {
  /** null: it is under way. */
  readonly onDemo: (() => void) | null;
  /** Why the demo could not begin; null: nothing was wrong. */
  readonly refusal: string | null;
  readonly onDeploy: () => void;
}

const initCommand = 'ziggie init';
const initEntry = `{
  "mcpServers": {
    "ziggie": { "command": "ziggie", "args": ["mcp"] }
  }
}`;

/** In place of the tree while nothing was ever deployed: three steps from nothing to agents of one's own. */
export function FirstRun({ onDemo, refusal, onDeploy }: FirstRunProps): ReactNode {
  return (
    <section className="first-run" aria-label="No agents yet">
      <h2>No agents yet</h2>
      <p>Agents appear here as soon as they are asked for, each as a process of its own that you can watch and stop.</p>
      <ol>
        <li>
          <h3>See it work</h3>
          <p>A demo tree of seven scripted agents on three levels. It costs nothing and ends after half a minute.</p>
          <Button size="small" appearance="primary" disabled={onDemo === null} onClick={() => onDemo?.()}>
            {onDemo === null ? 'Starting …' : 'Run the demo'}
          </Button>
          {refusal !== null && (
            <p className="first-run-refusal" role="alert">
              Not started: {refusal}
            </p>
          )}
        </li>
        <li>
          <h3>Connect Claude Code</h3>
          <p>
            In a project’s folder this shows first, and then adds, the tools with which Claude Code deploys agents here:
          </p>
          <Sample what="command" text={initCommand} />
          <p>
            It adds this entry to <code className="mono">.mcp.json</code>, and a section to the project’s instructions:
          </p>
          <Sample what="entry" text={initEntry} />
        </li>
        <li>
          <h3>Deploy your first agent</h3>
          <p>
            By hand, or by a request file, <code className="mono">ziggie deploy</code> or HTTP: all are the same
            request.
          </p>
          <Button size="small" onClick={onDeploy}>
            Deploy an agent …
          </Button>
        </li>
      </ol>
    </section>
  );
}

function Sample({ what, text }: { readonly what: string; readonly text: string }): ReactNode {
  return (
    <div className="first-run-sample">
      <pre className="mono">{text}</pre>
      <CopyButton what={what} text={text} />
    </div>
  );
}
