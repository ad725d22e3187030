/** Where in a rendered report its problems belong: a rehype plugin, by the places that the Markdown parser gives. */
import type { ReportProblem } from '../../../protocol/agent.ts';

/** As much of hast as is touched here. */
export interface HtmlNode {
  value?: string;
  readonly type: string;
  readonly tagName?: string;
  children?: HtmlNode[];
  readonly position?: { readonly start: { readonly line: number }; readonly end: { readonly line: number } };
  properties?: Record<string, unknown>;
}

/**
 * Sets a mark, `<div data-problems="0 2">` with the places in `problems`, beside the block that holds the line: within an item of a
 * list, else before the outermost block, with both in a `<div class="markdown-marked">`. A line that draws nothing (a comment, a
 * definition) belongs to what stands above it. Problems without a line have no mark.
 */
export function markProblems(tree: HtmlNode, problems: readonly ReportProblem[]): void {
  const found = new Map<HtmlNode, number[]>();
  for (const [at, { line }] of problems.entries()) {
    const block = line === null ? null : blockOf(tree, line);
    if (block !== null) found.set(block, [...(found.get(block) ?? []), at]);
  }
  for (const [block, places] of found) {
    const mark = element('div', { dataProblems: places.join(' ') }, []);
    if (block.tagName === 'li') {
      block.properties = { ...block.properties, className: [...classesOf(block), 'markdown-marked'] };
      block.children = [mark, ...(block.children ?? [])];
    } else {
      const { children } = tree;
      children?.splice(children.indexOf(block), 1, element('div', { className: ['markdown-marked'] }, [mark, block]));
    }
  }
}

/** null: nothing is drawn at all. */
function blockOf(tree: HtmlNode, line: number): HtmlNode | null {
  const blocks = (tree.children ?? []).filter(({ type, position }) => type !== 'text' && position !== undefined);
  const block = blocks.findLast(({ position }) => position !== undefined && position.start.line <= line) ?? blocks[0];
  return block === undefined ? null : (itemOf(block, line) ?? block);
}

/** The innermost item of a list that the line is in. */
function itemOf(node: HtmlNode, line: number): HtmlNode | null {
  for (const child of node.children ?? []) {
    if (!holds(child, line)) continue;
    return itemOf(child, line) ?? (child.tagName === 'li' ? child : null);
  }
  return null;
}

const holds = ({ position }: HtmlNode, line: number): boolean =>
  position !== undefined && position.start.line <= line && line <= position.end.line;

const classesOf = ({ properties }: HtmlNode): readonly unknown[] =>
  Array.isArray(properties?.['className']) ? properties['className'] : [];

const element = (tagName: string, properties: Record<string, unknown>, children: HtmlNode[]): HtmlNode => ({
  type: 'element',
  tagName,
  properties,
  children,
});
