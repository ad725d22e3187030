import type { ComponentProps, ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { whyPlain } from '../../selectors/markdown-bounds.ts';
import { visibleLines } from '../../selectors/visible-text.ts';
import './markdown.css';

interface SafeMarkdownProps {
  readonly markdown: string;
  /** 1-based lines that something is said about; the blocks they are in are marked. */
  readonly marked: ReadonlySet<number>;
}

/**
 * A report as its agent meant it, and nothing more: links are shown with their address and lead nowhere, pictures are named
 * and not loaded, HTML is text.
 */
export function SafeMarkdown({ markdown, marked }: SafeMarkdownProps): ReactNode {
  const why = whyPlain(markdown);
  if (why !== null) return <PlainReport markdown={markdown} marked={marked} why={why} />;
  return (
    <div className="markdown">
      <Markdown
        remarkPlugins={[remarkGfm]}
        rehypePlugins={[[markBlocks, marked]]}
        components={components}
        urlTransform={keepUrl}
      >
        {visibleLines(markdown)}
      </Markdown>
    </div>
  );
}

/** As it was written, with its line numbers. */
export function PlainReport({ markdown, marked, why }: SafeMarkdownProps & { readonly why: string | null }): ReactNode {
  const lines = visibleLines(markdown.slice(0, mostPlain)).split('\n');
  return (
    <>
      {why !== null && <p className="markdown-why">{why} This is the text as it is.</p>}
      <ol className="markdown-plain mono">
        {lines.map((line, at) => (
          <li key={at} id={lineId(at + 1)} className={marked.has(at + 1) ? 'markdown-marked' : undefined}>
            <bdi>{line}</bdi>
          </li>
        ))}
      </ol>
      {markdown.length > mostPlain && (
        <p className="markdown-why">The rest is not shown. Open the file to read all of it.</p>
      )}
    </>
  );
}

const mostPlain = 400_000;
export const lineId = (line: number): string => `report-line-${line}`;

/** It is only shown. */
const keepUrl = (url: string): string => url;

const components: Components = {
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

interface Node {
  value?: string;
  readonly type: string;
  readonly children?: readonly Node[];
  readonly position?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  properties?: Record<string, unknown>;
}

/** Gives each outermost block the line it begins in, and marks those that a marked line is in. */
function markBlocks(marked: ReadonlySet<number>): (tree: Node) => void {
  return (tree) => {
    makeVisible(tree);
    for (const block of tree.children ?? []) {
      if (block.type !== 'element' || block.position === undefined) continue;
      const { start, end } = block.position;
      const isMarked = [...marked].some((line) => line >= start.line && line <= end.line);
      block.properties = {
        ...block.properties,
        id: lineId(start.line),
        ...(isMarked ? { className: ['markdown-marked'] } : {}),
      };
    }
  };
}

/** Once more: `&#x202E;` has become what it stands for. */
function makeVisible(node: Node): void {
  if (node.type === 'text' && node.value !== undefined) node.value = visibleLines(node.value);
  for (const child of node.children ?? []) makeVisible(child);
}
