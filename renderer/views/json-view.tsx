import { type ReactNode, useMemo, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { bytes } from '../selectors/format.ts';
import { jsonPieces } from '../selectors/json-text.ts';
import './json-view.css';

interface JsonViewProps {
  /** Indented JSON, hostile. */
  readonly text: string;
  /** What it is, for screen readers. */
  readonly label: string;
}

/** More than this stands below a button: a page of cards stays a page of cards. */
const shortLines = 14;
const shortLength = 1600;

/** JSON in full, wrapped and coloured. Only where it is long, and then it says so, its beginning with a button for the rest. */
export function JsonView({ text, label }: JsonViewProps): ReactNode {
  const [all, setAll] = useState(false);
  const beginning = useMemo(() => shortened(text), [text]);
  const shown = all ? text : beginning;
  const pieces = useMemo(() => jsonPieces(shown), [shown]);
  return (
    <div className="json">
      <pre className="mono" aria-label={label} role="group">
        {pieces.map(({ kind, text: piece }, at) =>
          kind === 'plain' ? (
            piece
          ) : (
            <bdi key={at} className={`json-${kind}`}>
              {piece}
            </bdi>
          ),
        )}
        {!all && beginning !== text && <span className="json-more">…</span>}
      </pre>
      {beginning !== text && (
        <Button size="small" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? 'Show less' : `Show all (${bytes(text.length)})`}
        </Button>
      )}
    </div>
  );
}

/** Lines are counted as they are shown: an escaped line break in a string is one, too. */
function shortened(text: string): string {
  const breaks = [...text.slice(0, shortLength).matchAll(/\\n|\n/g)];
  const last = breaks[shortLines - 1];
  const end = last === undefined ? shortLength : last.index + last[0].length;
  return text.slice(0, end);
}
