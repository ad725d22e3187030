/** What becomes of agents when the session ends: kept, or stopped where the settings say so. */
import type { Coordinator } from '../../coordinator/facade.ts';
import type { ShellLog } from '../log.ts';
import type { Quit } from '../quit.ts';
import { stopAll } from '../stop-all.ts';

export interface LogOffOptions {
  readonly coordinator: Pick<Coordinator, 'config' | 'fleet' | 'stop' | 'reconcile'>;
  readonly quit: Pick<Quit, 'now'>;
  readonly log: ShellLog;
}

export interface LogOff {
  /** It may still be called off. True: the system is to wait until agents are stopped and this process has ended. */
  ending(reason: string): boolean;
  end(reason: string): void;
}

export function logOff({ coordinator, quit, log }: LogOffOptions): LogOff {
  let stopping = false;

  const stopThenLeave = async (reason: string): Promise<void> => {
    stopping = true;
    const troubles = await stopAll(coordinator, reason);
    if (troubles.length > 0) log.error(`Not everything could be stopped: ${troubles.join(' ')}`);
    await quit.now(reason);
  };
  const isToStop = (): boolean => coordinator.config.on_log_off === 'stop' && coordinator.fleet().living.size > 0;
  return {
    ending(reason) {
      if (isToStop()) {
        if (!stopping) void stopThenLeave(reason);
        return true;
      }
      // The journal has everything already; with a fresh snapshot the next start reads less of it.
      coordinator.reconcile({ kind: 'operator' }).catch((error: unknown) => log.error(String(error)));
      return false;
    },
    end(reason) {
      if (stopping) return;
      void (isToStop() ? stopThenLeave(reason) : quit.now(reason));
    },
  };
}
