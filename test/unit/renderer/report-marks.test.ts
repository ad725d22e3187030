import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import Markdown from 'react-markdown';
import remarkGfm from 'remark-gfm';
import { expect, test } from 'vitest';
import { type HtmlNode, markProblems } from '../../../renderer/views/reports/problem-blocks.ts';

/** The report with its marks as `[0 2]`, without line ends. */
function marked(markdown: string, ...lines: readonly (number | null)[]): string {
  const problems = lines.map((line) => ({ code: 'file_not_found' as const, message: 'gone', line }));
  const html = renderToStaticMarkup(
    createElement(Markdown, {
      remarkPlugins: [remarkGfm],
      rehypePlugins: [() => (tree: HtmlNode) => markProblems(tree, problems)],
      children: markdown,
    }),
  );
  return html
    .replace(/<div data-problems="([\d ]+)"><\/div>/g, '[$1]')
    .replace(/ class="markdown-marked"/g, ' *')
    .replace(/\n/g, '');
}

test.each<[string, string, readonly (number | null)[], string]>([
  ['a paragraph', 'a\n\nb\nb\n\nc', [4], '<p>a</p><div *>[0]<p>bb</p></div><p>c</p>'],
  ['two of one block, and one without a line', 'a\na', [1, null, 2], '<div *>[0 2]<p>aa</p></div>'],
  ['the innermost item', '- a\n- b\n  - c', [3], '<ul><li>a</li><li>b<ul><li *>[0]c</li></ul></li></ul>'],
  ['a list in a quote', '> - a\n> - b', [2], '<blockquote><ul><li>a</li><li *>[0]b</li></ul></blockquote>'],
  ['a block of code', '```\na\nb\n```', [3], '<div *>[0]<pre><code>ab</code></pre></div>'],
  ['a line that draws nothing', 'a\n\n[x]: y\n\nb', [3], '<div *>[0]<p>a</p></div><p>b</p>'],
  ['one before everything', '[x]: y\n\na', [1], '<div *>[0]<p>a</p></div>'],
  ['a line past the end', 'a\n\nb', [99], '<p>a</p><div *>[0]<p>b</p></div>'],
  ['an empty report', '', [1], ''],
  [
    'HTML that plays a mark',
    '<div data-problems="0"></div>',
    [null],
    '&lt;div data-problems=&quot;0&quot;&gt;&lt;/div&gt;',
  ],
])('the mark of %s', (_, markdown, lines, html) => {
  expect(marked(markdown, ...lines)).toBe(html);
});
