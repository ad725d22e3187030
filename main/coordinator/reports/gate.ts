/** The completion report: is it there, was it written during the run, does it name the agent, has it every section? */
import { readFile, stat } from 'node:fs/promises';
import type { Root } from 'mdast';
import { toString } from 'mdast-util-to-string';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { ReportProblem } from '../../../protocol/agent.ts';

export interface ReportVerdict {
  readonly exists: boolean;
  readonly problems: readonly ReportProblem[];
}

export interface ReportExpectation {
  readonly path: string;
  readonly agentId: string;
  readonly sections: readonly string[];
  /** Milliseconds since the epoch; an older file is from another run. null: unknown, not checked. */
  readonly writtenAfter: number | null;
}

/** More than any report needs: a book's chapter. What is parsed here holds up everything else meanwhile. */
export const largestReportBytes = 256 * 1024;

export async function checkReport(expected: ReportExpectation): Promise<ReportVerdict> {
  const { path } = expected;
  let markdown: string;
  try {
    const info = await stat(path);
    if (!info.isFile()) return unreadable(`The report ${path} is not a regular file. Write it as one.`);
    const { size, mtimeMs } = info;
    if (size > largestReportBytes) {
      return unreadable(`The report ${path} has ${size} bytes; at most ${largestReportBytes} are read. Shorten it.`);
    }
    if (expected.writtenAfter !== null && mtimeMs < expected.writtenAfter) {
      return {
        exists: true,
        problems: [problem('stale', `The report ${path} is older than this run. Write it anew.`)],
      };
    }
    markdown = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return {
        exists: false,
        problems: [problem('missing', `There is no report at ${path}. The agent must write it before it ends.`)],
      };
    }
    return unreadable(`The report ${path} cannot be read: ${String(error)}.`);
  }
  try {
    return { exists: true, problems: checkMarkdown(markdown, expected.agentId, expected.sections) };
  } catch (error) {
    // Thousands of brackets or asterisks in each other are too deep for the parser.
    return unreadable(`The report ${path} cannot be understood: ${String(error)}. Write it more plainly.`);
  }
}

function unreadable(message: string): ReportVerdict {
  return { exists: true, problems: [problem('unreadable', message)] };
}

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

function problem(code: ReportProblem['code'], message: string, line: number | null = null): ReportProblem {
  return { code, message, line };
}
