/** The completion report: is it there, was it written during the run, does it name the agent, has it every section? */
import type { Root, RootContent } from 'mdast';
import { toString } from 'mdast-util-to-string';
import remarkParse from 'remark-parse';
import { unified } from 'unified';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { oneLine } from '../runtimes/text.ts';
import { missingFiles } from './agreement.ts';
import { claimsIn, noClaims, type ReportClaims } from './claims.ts';
import { problem, readReport } from './report-file.ts';

export interface ReportVerdict {
  readonly exists: boolean;
  /** Its text; null: there is none that can be read. */
  readonly markdown: string | null;
  /** What stands below its heading "Summary", as one line; null: nothing does. */
  readonly summary: string | null;
  readonly claims: ReportClaims;
  /** Milliseconds since the epoch; null: there is no file that can be read. */
  readonly writtenAt: number | null;
  readonly problems: readonly ReportProblem[];
}

export interface ReportExpectation {
  readonly path: string;
  readonly agentId: string;
  readonly sections: readonly string[];
  /** Milliseconds since the epoch; an older file is from another run. null: unknown, not checked. */
  readonly writtenAfter: number | null;
  /** Where the files are that it names; null: not looked for. */
  readonly cwd: string | null;
}

export async function checkReport(expected: ReportExpectation): Promise<ReportVerdict> {
  const { path, writtenAfter, agentId, sections, cwd } = expected;
  const nothing = { markdown: null, summary: null, claims: noClaims, writtenAt: null };
  const file = await readReport(path);
  if (file.is !== 'read') return { ...nothing, exists: file.is === 'unusable', problems: [file.problem] };
  const { markdown, writtenAt } = file;
  if (writtenAfter !== null && writtenAt < writtenAfter) {
    const stale = problem('stale', `The report ${path} is older than this run. Write it anew.`);
    return { ...nothing, exists: true, markdown, writtenAt, problems: [stale] };
  }
  try {
    const { tree, problems } = parseAndCheck(markdown, agentId, sections);
    const claims = claimsIn(markdown, tree);
    const missing = cwd === null ? [] : await missingFiles(claims.files, cwd);
    return { exists: true, markdown, writtenAt, claims, summary: summaryIn(tree), problems: [...problems, ...missing] };
  } catch (error) {
    // Thousands of brackets or asterisks in each other are too deep for the parser.
    const message = `The report ${path} cannot be understood: ${String(error)}. Write it more plainly.`;
    return { ...nothing, exists: true, writtenAt, problems: [problem('unreadable', message)] };
  }
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
export const checkMarkdown = (markdown: string, agentId: string, sections: readonly string[]): ReportProblem[] =>
  parseAndCheck(markdown, agentId, sections).problems;

function parseAndCheck(
  markdown: string,
  agentId: string,
  sections: readonly string[],
): { readonly tree: Root; readonly problems: ReportProblem[] } {
  const tree = blocks.parse(markdown);
  const problems: ReportProblem[] = [];
  if (!names(markdown, agentId)) {
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
  return { tree, problems };
}

/** The id of agent 17 begins with that of agent 1. */
const names = (markdown: string, agentId: string): boolean =>
  markdown.split(agentId).some((after, index) => index > 0 && !/^[0-9A-Za-z]/.test(after));

/** A template's "fill this in", which nobody sees. */
function isComment(node: RootContent): boolean {
  if (node.type !== 'html') return false;
  const text = node.value.trim();
  return text.startsWith('<!--') && text.indexOf('-->') === text.length - 3;
}

interface Section {
  readonly title: string;
  readonly line: number | null;
  readonly isEmpty: boolean;
}

function sectionsOf(tree: Root): Section[] {
  return tree.children.flatMap((node, index) => {
    if (node.type !== 'heading') return [];
    const next = tree.children.slice(index + 1).find((after) => !isComment(after));
    // A deeper heading below it is content, too.
    const isEmpty = next === undefined || (next.type === 'heading' && next.depth <= node.depth);
    return [{ title: normalize(toString(node)), line: node.position?.start.line ?? null, isEmpty }];
  });
}

const summaryLength = 400;

function summaryIn(tree: Root): string | null {
  const at = tree.children.findIndex((node) => node.type === 'heading' && normalize(toString(node)) === 'summary');
  if (at === -1) return null;
  const after = tree.children.slice(at + 1);
  const end = after.findIndex(({ type }) => type === 'heading');
  const below = end === -1 ? after : after.slice(0, end);
  const words = below.filter(({ type }) => type === 'paragraph').map((node) => toString(node));
  return oneLine(words.join(' '), summaryLength) || null;
}

/** A heading's words, without the marks of emphasis, code and links, which are text to the parser above. */
const normalize = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_`]/g, '')
    .replace(/^[\s\d.)]+|[\s:]+$/g, '')
    .replace(/\s+/g, ' ');
