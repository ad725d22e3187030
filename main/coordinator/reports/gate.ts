/** The completion report: is it there, was it written during the run, does it name the agent, has it every section? */
import type { Root } from 'mdast';
import { toString } from 'mdast-util-to-string';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { problem, readReport } from './report-file.ts';

export interface ReportVerdict {
  readonly exists: boolean;
  /** Its text; null: there is none that can be read. */
  readonly markdown: string | null;
  readonly problems: readonly ReportProblem[];
}

export interface ReportExpectation {
  readonly path: string;
  readonly agentId: string;
  readonly sections: readonly string[];
  /** Milliseconds since the epoch; an older file is from another run. null: unknown, not checked. */
  readonly writtenAfter: number | null;
}

export async function checkReport(expected: ReportExpectation): Promise<ReportVerdict> {
  const file = await readReport(expected.path);
  if (file.is !== 'read') return { exists: file.is === 'unusable', markdown: null, problems: [file.problem] };
  const { markdown, writtenAt } = file;
  const { path, writtenAfter, agentId, sections } = expected;
  if (writtenAfter !== null && writtenAt < writtenAfter) {
    return verdict(markdown, [problem('stale', `The report ${path} is older than this run. Write it anew.`)]);
  }
  try {
    return verdict(markdown, checkMarkdown(markdown, agentId, sections));
  } catch (error) {
    // Thousands of brackets or asterisks in each other are too deep for the parser.
    const message = `The report ${path} cannot be understood: ${String(error)}. Write it more plainly.`;
    return verdict(null, [problem('unreadable', message)]);
  }
}

const verdict = (markdown: string | null, problems: readonly ReportProblem[]): ReportVerdict => ({
  exists: true,
  markdown,
  problems,
});

/**
 * Only the blocks of a report matter here. What nests without end (emphasis, links, lists, quotes) costs the parser the square of
 * its length, so that a report of 50 KB could hold up everything for a minute; switched off, it is text.
 */
const blocks = unified()
  .data('micromarkExtensions', [
    {
      disable: {
        null: [
          ...['attention', 'autolink', 'codeText', 'htmlText', 'labelEnd', 'labelStartImage', 'labelStartLink'],
          ...['blockQuote', 'list', 'definition'],
        ],
      },
    },
  ])
  .use(remarkParse)
  .freeze();

/** The problems of a report's text. Headings of any depth count as sections; case and surrounding numbers do not matter. */
export function checkMarkdown(markdown: string, agentId: string, sections: readonly string[]): ReportProblem[] {
  const tree = blocks.parse(markdown);
  const problems: ReportProblem[] = [];
  if (!markdown.includes(agentId)) {
    problems.push(
      problem('agent_not_named', `The report does not name its agent. Write "Agent: ${agentId}" in it.`, 1),
    );
  }
  const found = sectionsOf(tree);
  for (const section of sections) {
    const match = found.find(({ title }) => title === normalize(section));
    if (match === undefined) {
      problems.push(
        problem('section_missing', `The section "${section}" is missing. Add a heading "## ${section}" with its text.`),
      );
    } else if (match.isEmpty) {
      problems.push(problem('section_empty', `The section "${section}" is empty. Say at least "None".`, match.line));
    }
  }
  return problems;
}

interface Section {
  readonly title: string;
  readonly line: number | null;
  readonly isEmpty: boolean;
}

function sectionsOf(tree: Root): Section[] {
  return tree.children.flatMap((node, index) => {
    if (node.type !== 'heading') return [];
    const next = tree.children[index + 1];
    // A deeper heading below it is content, too.
    const isEmpty = next === undefined || (next.type === 'heading' && next.depth <= node.depth);
    return [{ title: normalize(toString(node)), line: node.position?.start.line ?? null, isEmpty }];
  });
}

/** A heading's words, without the marks of emphasis, code and links, which are text to the parser above. */
const normalize = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_`]/g, '')
    .replace(/^[\s\d.)]+|[\s:]+$/g, '')
    .replace(/\s+/g, ' ');
