/**
 * The demo agent's language: a prompt is ordinary text, and its lines that begin with `@` are carried out in order.
 *
 *   @say TEXT                     prints the text
 *   @work 2s | 500ms              works (prints progress) that long
 *   @deploy .1 FILE [key=value…]  deploys a child: `.1` is its place below this agent, FILE its prompt file
 *                                 (name="…" share=0.33 group=ID/SIZE door=file|http runtime=NAME)
 *   @wait                         waits until every child of this agent has ended
 *   @until FILE                   waits until the file exists (below the root)
 *   @report TEXT                  writes the completion report
 *   @spawn SECONDS                leaves a detached helper process behind that lives so long
 *   @ignore-signals               does not stop when asked politely
 *   @exit CODE                    ends at once with this exit code
 */

export interface DeployStep {
  readonly verb: 'deploy';
  /** Appended to the agent's own place: an L2.1 that deploys `.1` deploys an L3.1.1. */
  readonly place: string;
  readonly promptFile: string;
  readonly options: Readonly<Record<string, string>>;
}

export type Step =
  | { readonly verb: 'say'; readonly text: string }
  | { readonly verb: 'work'; readonly milliseconds: number }
  | DeployStep
  | { readonly verb: 'wait' }
  | { readonly verb: 'until'; readonly file: string }
  | { readonly verb: 'report'; readonly text: string }
  | { readonly verb: 'spawn'; readonly seconds: number }
  | { readonly verb: 'ignore-signals' }
  | { readonly verb: 'exit'; readonly code: number };

/** Steps in order; a line that is no step is a message of what is wrong with it. */
export function parseScript(prompt: string): (Step | string)[] {
  return prompt.split(/\r?\n/).flatMap((line) => {
    const match = /^@(\S+)\s*(.*)$/.exec(line.trim());
    if (match === null) return [];
    const [, verb = '', rest = ''] = match;
    return [parseStep(verb, rest) ?? `not understood: ${line.trim()}`];
  });
}

function parseStep(verb: string, rest: string): Step | null {
  switch (verb) {
    case 'say':
      return { verb, text: rest };
    case 'work': {
      const milliseconds = parseDuration(rest);
      return milliseconds === null ? null : { verb, milliseconds };
    }
    case 'deploy':
      return parseDeploy(rest);
    case 'wait':
    case 'ignore-signals':
      return { verb };
    case 'report':
      return { verb, text: rest };
    case 'until':
      return rest === '' ? null : { verb, file: rest };
    case 'spawn':
      return /^\d+$/.test(rest) ? { verb, seconds: Number(rest) } : null;
    case 'exit':
      return /^\d{1,3}$/.test(rest) ? { verb, code: Number(rest) } : null;
    default:
      return null;
  }
}

function parseDuration(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(text.trim());
  return match === null ? null : Number(match[1]) * (match[2] === 's' ? 1000 : 1);
}

function parseDeploy(rest: string): DeployStep | null {
  const match = /^(\.\d+)\s+(\S+)(.*)$/.exec(rest);
  if (match === null) return null;
  const [, place = '', promptFile = '', tail = ''] = match;
  const pairs = [...tail.matchAll(/(\w+)=(?:"([^"]*)"|(\S+))/g)];
  const options = Object.fromEntries(pairs.map(([, key = '', quoted, plain]) => [key, quoted ?? plain ?? '']));
  return { verb: 'deploy', place, promptFile, options };
}

/** Type of a child: an L1 that deploys `.2` deploys an L2.2, an L2.2 that deploys `.1` an L3.2.1. */
export function childType(ownType: string, place: string): string {
  const level = Number.parseInt(ownType.slice(1), 10);
  const ownPlace = ownType.includes('.') ? ownType.slice(ownType.indexOf('.')) : '';
  return `L${level + 1}${ownPlace}${place}`;
}
