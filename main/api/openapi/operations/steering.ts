/** Stopping, pausing, resuming and restarting agents, telling them something, and handing in a report. */
import type { Operation } from '../operation.ts';
import { base, one, idempotency, replay, answered } from './common.ts';

const steered = ['stop', 'pause', 'resume', 'restart'] as const;
const steerWords: Readonly<Record<(typeof steered)[number], string>> = {
  stop: 'Stop an agent and all below it',
  pause: 'Freeze an agent and all below it',
  resume: 'Let a frozen branch go on',
  restart: 'Run an agent that has ended once more',
};
const bodies = { stop: 'Stop', pause: 'Pause', resume: 'Resume', restart: 'Restart' } as const;

/** Of one's own report and of another's alike. */
const handedIn: Pick<Operation, 'answers' | 'failures'> = {
  answers: answered('Report', 'The report as it was judged.', replay),
  failures: [
    'INVALID_REQUEST',
    'UNKNOWN_ACTION',
    'UNKNOWN_AGENT',
    'WRONG_STATE',
    'NOT_SUPPORTED',
    'STORAGE_UNAVAILABLE',
  ],
};

export const steering: Operation[] = [
  ...steered.map((action): Operation => ({
    method: 'post',
    path: `${one}/${action}`,
    id: `${action}Agent`,
    tag: 'Steer',
    summary: steerWords[action],
    headers: idempotency,
    body: bodies[action],
    answers: answered(action === 'stop' ? 'StopAnswer' : 'BranchAnswer', 'Who changed.', replay),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_AGENT',
      'WRONG_STATE',
      'IDENTITY_UNVERIFIED',
      'LIMIT_REACHED',
      'BUDGET_EXCEEDED',
      'QUEUE_FULL',
      'RUNTIME_NOT_FOUND',
      'STORAGE_UNAVAILABLE',
      'NOT_SUPPORTED',
    ],
  })),
  {
    method: 'post',
    path: `${one}/reprioritize`,
    id: 'reprioritizeAgent',
    tag: 'Steer',
    summary: 'Give an agent that waits another place in the queue',
    headers: idempotency,
    body: 'Reprioritize',
    answers: answered('AgentRecord', 'Its record.', replay),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT', 'WRONG_STATE', 'STORAGE_UNAVAILABLE'],
  },
  {
    method: 'post',
    path: `${one}/message`,
    id: 'messageAgent',
    tag: 'Steer',
    summary: 'Say something to a running agent, where its runtime can hear it',
    headers: idempotency,
    body: 'Message',
    answers: answered('MessageAnswer', 'Where it went.', replay),
    failures: [
      'INVALID_REQUEST',
      'UNKNOWN_ACTION',
      'UNKNOWN_AGENT',
      'WRONG_STATE',
      'NOT_SUPPORTED',
      'STORAGE_UNAVAILABLE',
    ],
  },
  {
    method: 'put',
    path: `${one}/report`,
    id: 'submitReport',
    tag: 'Steer',
    summary: 'Hand in an agent’s completion report',
    headers: idempotency,
    body: 'SubmitReport',
    ...handedIn,
  },
  {
    method: 'post',
    path: `${base}/report`,
    id: 'submitOwnReport',
    tag: 'Steer',
    summary: 'Hand in the caller’s own completion report',
    description: 'With agent_id in the body, that of an agent below it.',
    headers: idempotency,
    body: 'SubmitOwnReport',
    ...handedIn,
  },
];
