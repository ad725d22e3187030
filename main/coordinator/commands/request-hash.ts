/** One number for "the same request": equal for equal content whatever the order of keys, the spacing, the token or when it was written. */
import { createHash } from 'node:crypto';
import type { ZiggieRequest } from '../../../protocol/actions.ts';

export function requestHash(request: ZiggieRequest): string {
  const content = request.action === 'deploy_batch' ? { ...request, agents: request.agents.map(unstamped) } : request;
  return createHash('sha256')
    .update(canonicalJson(unstamped(content)))
    .digest('hex');
}

function unstamped({ token: _token, timestamp: _timestamp, ...rest }: { token: unknown; timestamp: unknown }): object {
  return rest;
}

function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
