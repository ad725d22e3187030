/** Where each action has its address. */
import type { Action } from '../../protocol/actions.ts';

export interface Address {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** What is left of the input for the body; absent: no body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

const base = '/api/coordinator';
export const agentPath = (id: string): string => `${base}/agents/${encodeURIComponent(id)}`;

export function addressOf(action: Action, input: Readonly<Record<string, unknown>>): Address {
  const { agent_id: agentId, ...rest } = input;
  const ofAgent = typeof agentId === 'string' ? agentPath(agentId) : null;
  switch (action) {
    case 'deploy':
      return { method: 'POST', path: `${base}/deploy`, body: input };
    case 'deploy_batch':
      return { method: 'POST', path: `${base}/deploy/batch`, body: input };
    case 'list':
      return { method: 'GET', path: `${base}/agents${query(input)}` };
    case 'status':
      return { method: 'GET', path: ofAgent ?? agentPath('') };
    case 'tree':
      return { method: 'GET', path: ofAgent === null ? `${base}/tree` : `${ofAgent}/tree` };
    case 'report':
      return { method: 'GET', path: `${ofAgent ?? agentPath('')}/report${input['tree'] === true ? '?tree=1' : ''}` };
    case 'submit_report':
      return ofAgent === null
        ? { method: 'POST', path: `${base}/report`, body: input }
        : { method: 'PUT', path: `${ofAgent}/report`, body: rest };
    case 'stop':
    case 'pause':
    case 'resume':
    case 'restart':
    case 'reprioritize':
    case 'message':
      return { method: 'POST', path: `${ofAgent ?? agentPath('')}/${action}`, body: rest };
    case 'compliance':
      return { method: 'GET', path: `${ofAgent ?? base}/compliance${query(rest)}` };
    case 'queue':
      return { method: 'GET', path: `${base}/queue` };
    case 'list_approvals':
      return { method: 'GET', path: `${base}/approvals${query(input)}` };
    case 'request_approval':
      return { method: 'POST', path: `${base}/approvals`, body: input };
    case 'decide_approval': {
      const { approval_id: approvalId, ...decision } = input;
      return { method: 'POST', path: `${base}/approvals/${encodeURIComponent(String(approvalId))}`, body: decision };
    }
    case 'wait':
    case 'inbox':
    case 'plan':
    case 'intake':
      return { method: 'POST', path: `${base}/${action}`, body: input };
  }
}

function query(input: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    if (name === 'request_id' || name === 'action' || value === undefined || value === null) continue;
    search.set(name, String(value as string | number));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}
