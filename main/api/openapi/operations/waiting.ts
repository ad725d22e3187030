/** Waiting for ends, and the inbox. */
import type { Operation } from '../operation.ts';
import { base, answered } from './common.ts';

export const waiting: Operation[] = [
  {
    method: 'post',
    path: `${base}/wait`,
    id: 'wait',
    tag: 'Wait',
    summary: 'Wait until agents have ended',
    description:
      'Answers when any or all have ended, or when timeout is over (done is false then, which is no failure).',
    body: 'Wait',
    answers: answered('WaitAnswer', 'Who has ended and who has not.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT'],
  },
  {
    method: 'post',
    path: `${base}/inbox`,
    id: 'readInbox',
    tag: 'Wait',
    summary: 'What a parent has yet to learn of its children',
    description: 'Messages stay until a later call acknowledges them: whoever does so sees each exactly once.',
    body: 'Inbox',
    answers: answered('InboxAnswer', 'Oldest first.'),
    failures: ['INVALID_REQUEST', 'UNKNOWN_ACTION', 'UNKNOWN_AGENT', 'STORAGE_UNAVAILABLE'],
  },
];
