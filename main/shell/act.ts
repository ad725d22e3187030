/** What menus and toasts order of the coordinator, with the outcome said only where it is not what was asked for. */
import { dialog } from 'electron';
import { randomUUID } from 'node:crypto';
import type { Call, Coordinator } from '../coordinator/facade.ts';
import type { Result } from '../../protocol/failures.ts';
import type { ShellLog } from './log.ts';

const operator = { kind: 'operator' } as const;
const call: Call = { door: 'http', wait: 'admission' };
const envelope = (action: string) => ({ request_id: `shell_${action}_${randomUUID()}`, timestamp: null, token: null });

export async function decideApproval(
  coordinator: Pick<Coordinator, 'perform'>,
  approvalId: string,
  decision: 'allow' | 'deny',
  log: ShellLog,
): Promise<void> {
  log.info(`${approvalId}: ${decision}.`);
  const request = {
    ...envelope('decide'),
    action: 'decide_approval' as const,
    approval_id: approvalId,
    decision,
    message: null,
    branch: false,
  };
  await sayTrouble(
    decision === 'allow' ? 'It could not be approved.' : 'It could not be denied.',
    () => coordinator.perform(request, operator, call),
    log,
  );
}

export async function pauseIntake(
  coordinator: Pick<Coordinator, 'perform'>,
  paused: boolean,
  log: ShellLog,
): Promise<void> {
  log.info(paused ? 'Pausing the intake.' : 'Resuming the intake.');
  const request = { ...envelope('intake'), action: 'intake' as const, paused };
  await sayTrouble(
    paused ? 'The intake could not be paused.' : 'The intake could not be resumed.',
    () => coordinator.perform(request, operator, call),
    log,
  );
}

async function sayTrouble(message: string, act: () => Promise<Result<unknown>>, log: ShellLog): Promise<void> {
  const trouble = await act().then(
    (answer) => (answer.ok ? null : answer.failure.message),
    // The disk refuses, which is no mistake of ours.
    (error: unknown) => String(error),
  );
  if (trouble === null) return;
  log.error(`${message} ${trouble}`);
  await dialog.showMessageBox({
    type: 'warning',
    title: 'Ziggie',
    message,
    detail: trouble,
    buttons: ['OK'],
    noLink: true,
  });
}
