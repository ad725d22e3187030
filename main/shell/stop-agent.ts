/** Stop from the tray's menu, with the outcome said only where it is not what was asked for. */
import { dialog } from 'electron';
import type { Coordinator } from '../coordinator/facade.ts';
import type { ShellLog } from './log.ts';
import { survivorsOf } from './stop-all.ts';

export async function stopAgent(coordinator: Coordinator, agentId: string, log: ShellLog): Promise<void> {
  log.info(`Stopping ${agentId}.`);
  const answer = await coordinator.stop(agentId, { kind: 'operator' }, 'stopped from the tray');
  const troubles = answer.ok ? survivorsOf(answer.value.stopped) : [answer.failure.message];
  if (troubles.length === 0) return;
  log.error(troubles.join(' '));
  await dialog.showMessageBox({
    type: 'warning',
    title: 'Ziggie',
    message: `${agentId} could not be stopped.`,
    detail: troubles.join('\n'),
    buttons: ['OK'],
    noLink: true,
  });
}
