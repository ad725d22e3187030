/** What of an agent's question is written down: its id, and its input in bounds and without tokens. Pure. */
import { createHash } from 'node:crypto';
import { hideToken } from '../../../protocol/hide-token.ts';

/** A person reads it, and every line of the journal is read at each start. */
export const longestInput = 32_768;

/** The same call of the same attempt has the same id, whoever asks again and however often. */
export function approvalIdOf(agentId: string, attempt: number, toolUseId: string): string {
  return `apr_${sha256(JSON.stringify([agentId, attempt, toolUseId])).slice(0, 12)}`;
}

export interface KeptInput {
  readonly input: string;
  readonly input_bytes: number;
  readonly input_sha256: string;
}

export function keptInput(tool: string, input: Readonly<Record<string, unknown>>): KeptInput {
  const whole = JSON.stringify(input);
  return {
    input: JSON.stringify(input, hideToken).slice(0, longestInput),
    input_bytes: Buffer.byteLength(whole),
    input_sha256: sha256(JSON.stringify([tool, whole])),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
