/**
 * The cheap agent of these scenarios: a shell script that appends one line to a witness file the moment it begins. What
 * it is called and how it ends is its prompt, so the witness tells who began, how often, and the exit code is known.
 */
import { readFileSync } from 'node:fs';

export interface Job {
  readonly requestId: string;
  readonly code: number;
  /** Seconds. */
  readonly nap: number;
}

export const promptOf = ({ requestId, code, nap }: Job): string => `${requestId} ${code} ${nap}\n`;

/** One short write with O_APPEND is one whole line, whoever else writes. Field 22 of `stat` is the start time. */
const script = `read -r id code nap
read -r stat < /proc/$$/stat
set -- $stat
echo "$id $ZIGGIE_AGENT_ID $$ \${22}" >> "$ZIGGIE_ROOT/witness"
[ "$nap" = 0 ] || sleep "$nap"
exit "$code"`;

export const workerRuntime = { kind: 'command', command: '/bin/sh', args: ['-c', script, 'worker'] } as const;

export interface Witness {
  readonly requestId: string;
  readonly agentId: string;
  readonly pid: number;
  readonly startTime: string;
}

/** Everyone who began, in order; a line that is not whole throws. */
export function readWitness(root: string): Witness[] {
  const lines = textOf(`${root}/witness`).split('\n').slice(0, -1);
  return lines.map((line) => {
    const [requestId, agentId, pid, startTime] = line.split(' ');
    if (requestId === undefined || agentId === undefined || startTime === undefined) {
      throw new Error(`the witness file has a line that no agent writes: ${JSON.stringify(line)}`);
    }
    return { requestId, agentId, pid: Number(pid), startTime };
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
