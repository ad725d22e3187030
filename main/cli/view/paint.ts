/** Colours, only where they are wanted. */
import { styleText } from 'node:util';
import type { Status } from '../../../protocol/agent.ts';
import type { AgentRecord } from '../../../protocol/record.ts';

export interface Paint {
  readonly yellow: (text: string) => string;
  readonly red: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly status: (record: Pick<AgentRecord, 'status' | 'report_problems'>) => string;
}

type Style = Parameters<typeof styleText>[0];

const statusStyle: Readonly<Record<Status, Style>> = {
  queued: 'yellow',
  starting: 'yellow',
  running: 'green',
  paused: 'yellow',
  stopping: 'yellow',
  backoff: 'yellow',
  completed: 'cyan',
  failed: 'red',
  stopped: 'dim',
  timed_out: 'red',
  lost: 'red',
  refused: 'red',
  expired: 'red',
  cancelled: 'dim',
};

export function createPaint(colour: boolean): Paint {
  // Whether colours are wanted was decided for the stream that is written to; styleText would look at another one.
  const style = (name: Style) => (text: string) => (colour ? styleText(name, text, { validateStream: false }) : text);
  return {
    yellow: style('yellow'),
    red: style('red'),
    dim: style('dim'),
    bold: style('bold'),
    status: ({ status, report_problems }) =>
      style(status === 'completed' && report_problems.length > 0 ? 'yellow' : statusStyle[status])(status),
  };
}
