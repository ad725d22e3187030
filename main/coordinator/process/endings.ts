/** Ends of agents of which no run is settled: they never began, waited for their next attempt, or nothing is known. */
import type { Agent, Ending } from '../../../protocol/agent.ts';

export function unbegunEnding(agent: Agent | undefined, at: string): Ending {
  const life = agent?.life;
  const by = life?.status === 'stopping' ? life.by : 'the coordinator';
  const what = life?.status === 'stopping' && life.attempt > 1 ? `attempt ${life.attempt}` : 'it';
  return notRunEnding('stopped', `stopped by ${by} before ${what} began`, 'never_began', at);
}

/** Stopped between two attempts: what is known of its exit is that of the last. */
export function stoppedInBackoff(
  { attempt, ending }: Extract<Agent['life'], { status: 'backoff' }>,
  by: string,
): Ending {
  const status_reason = `stopped by ${by} before attempt ${attempt + 1}; attempt ${attempt}: ${ending.status_reason}`;
  return { ...ending, status: 'stopped', status_reason, stopped_by: by };
}

export function notRunEnding(status: Ending['status'], reason: string, source: Ending['source'], at: string): Ending {
  return {
    status,
    status_reason: reason,
    source,
    exit_code: null,
    signal: null,
    completed_at: at,
    execution_time_seconds: null,
    report_exists: false,
    report_problems: [],
    stop_steps: [],
    survivors: [],
    reaped: 0,
  };
}
