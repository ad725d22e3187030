import { type ComponentProps, type ReactNode, useMemo } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { whyPlain } from '../../selectors/markdown-bounds.ts';
import { visibleLines } from '../../selectors/visible-text.ts';
import { type HtmlNode, markProblems } from './problem-blocks.ts';
import { ProblemMark } from './problem-mark.tsx';
import './markdown.css';

interface SafeMarkdownProps {
  readonly markdown: string;
  /** Those with a line are marked beside what stands there. */
  readonly problems: readonly ReportProblem[];
  /** The mark of this one of them was chosen. */
  readonly onProblem: (place: number) => void;
}

/**
 * A report as its agent meant it, and nothing more: links are shown with their address and lead nowhere, pictures are named
 * and not loaded, HTML is text.
 */
export function SafeMarkdown({ markdown, problems, onProblem }: SafeMarkdownProps): ReactNode {
  const why = whyPlain(markdown);
  const components = useMemo(() => ({ ...harmless, div: markOf(problems, onProblem) }), [problems, onProblem]);
  if (why !== null) return <PlainReport markdown={markdown} problems={problems} onProblem={onProblem} why={why} />;
  return (
    <div className={`markdown${problems.some(hasLine) ? ' markdown-with-margin' : ''}`}>
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[prepare, problems]]}
        components={components}
        urlTransform={keepUrl}
      >
        {visibleLines(markdown)}
      </Markdown>
    </div>
  );
}

/** As it was written, with its line numbers. */
export function PlainReport(props: SafeMarkdownProps & { readonly why: string | null }): ReactNode {
  const { markdown, problems, onProblem, why } = props;
  const lines = visibleLines(markdown.slice(0, mostPlain)).split('\n');
  const placesOf = (line: number): readonly number[] =>
    problems.flatMap((problem, place) => (problem.line === line ? place : []));
  return (
    <>
      {why !== null && <p className="markdown-why">{why} This is the text as it is.</p>}
      <ol className="markdown-plain mono">
        {lines.map((line, at) => {
          const places = placesOf(at + 1);
          return (
            <li key={at} className={places.length === 0 ? undefined : 'markdown-marked'}>
              {places.length > 0 && <ProblemMark problems={problems} places={places} onProblem={onProblem} />}
              <bdi>{line}</bdi>
            </li>
          );
        })}
      </ol>
      {markdown.length > mostPlain && (
        <p className="markdown-why">The rest is not shown. Open the file to read all of it.</p>
      )}
    </>
  );
}

const mostPlain = 400_000;
const hasLine = ({ line }: ReportProblem): boolean => line !== null;

/** It is only shown. */
const keepUrl = (url: string): string => url;

const harmless: Components = {
  a: ({ children, href }) => (
    <span className="markdown-link" title="Links of reports lead nowhere">
      {children} <span className="mono">⟨{href}⟩</span>
    </span>
  ),
  img: ({ alt, src }) => (
    <span className="markdown-link">
      [picture: {alt === undefined || alt === '' ? 'without a name' : alt}{' '}
      <span className="mono">⟨{typeof src === 'string' ? src : ''}⟩</span>]
    </span>
  ),
  input: (props: ComponentProps<'input'>) => (
    <input {...props} disabled aria-label={props.checked === true ? 'done' : 'to do'} />
  ),
  table: ({ children }) => (
    <div className="markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
};

/** Markdown makes no `div`: each is of `markProblems`. */
function markOf(
  problems: readonly ReportProblem[],
  onProblem: (place: number) => void,
): (props: ComponentProps<'div'> & { readonly 'data-problems'?: string }) => ReactNode {
  return ({ 'data-problems': places, className, children }) =>
    places === undefined ? (
      <div className={className}>{children}</div>
    ) : (
      <ProblemMark problems={problems} places={places.split(' ').map(Number)} onProblem={onProblem} />
    );
}

function prepare(problems: readonly ReportProblem[]): (tree: HtmlNode) => void {
  return (tree) => {
    makeVisible(tree);
    markProblems(tree, problems);
  };
}

/** Once more: `&#x202E;` has become what it stands for. */
function makeVisible(node: HtmlNode): void {
  if (node.type === 'text' && node.value !== undefined) node.value = visibleLines(node.value);
  for (const child of node.children ?? []) makeVisible(child);
}
