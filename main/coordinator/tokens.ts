/** Who holds a token. The operator's is a file of the user's; an agent's lives as long as its run, and only its hash is kept. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import type { Principal } from './facade.ts';
import { replaceFileDurably } from './ledger/atomic-file.ts';

/** 256 random bits, URL-safe. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The operator token of a root: the one in the file, or a new one written there for the user alone. */
export async function operatorToken(path: string): Promise<string> {
  const kept = readKept(path);
  if (kept !== null) return kept;
  const token = newToken();
  await replaceFileDurably(path, `${token}\n`);
  return token;
}

function readKept(path: string): string | null {
  try {
    const token = readFileSync(path, 'utf8').trim();
    return /^[A-Za-z0-9_-]{43}$/.test(token) ? token : null;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** null: nobody's. Compares hashes, so the time taken tells nothing of the token. */
export function principalOf(token: string, operatorHash: string, fleet: Fleet): Principal | null {
  const hash = Buffer.from(hashToken(token), 'hex');
  if (timingSafeEqual(hash, Buffer.from(operatorHash, 'hex'))) return { kind: 'operator' };
  for (const agentId of fleet.living.keys()) {
    const agent = fleet.agents.get(agentId);
    const stored = agent === undefined ? null : tokenHashOf(agent);
    if (stored !== null && timingSafeEqual(hash, Buffer.from(stored, 'hex'))) return { kind: 'agent', agentId };
  }
  return null;
}

/** False once the run that a token, or what was got for it, was given to is over. */
export function isAlive(by: Principal, fleet: Fleet): boolean {
  if (by.kind === 'operator') return true;
  const agent = fleet.agents.get(by.agentId);
  return agent !== undefined && tokenHashOf(agent) !== null;
}

function tokenHashOf({ life }: Agent): string | null {
  switch (life.status) {
    case 'starting':
    case 'running':
    case 'paused':
    case 'stopping':
      return life.token_sha256;
    case 'queued':
    case 'backoff':
    case 'ended':
    case 'never_began':
      return null;
  }
}
