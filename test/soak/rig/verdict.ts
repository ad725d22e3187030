/** Judges what crashes left behind. Everything that is wrong is listed; an empty list is a pass. */
import { readdirSync, readFileSync } from 'node:fs';
import { decodeBase, decodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { waitFor } from '../../rig/wait-for.ts';
import type { Asked, Requests } from './requests.ts';
import type { SoakRoot } from './soak-root.ts';
import { readWitness } from './worker.ts';

/** With a coordinator that runs undisturbed: waits until all is over, and says what is not as it must be. */
export async function faultsOf(root: SoakRoot, requests: Requests): Promise<string[]> {
  const refusedBefore = requests.refused.length;
  await requests.askAgain();
  const refused = requests.refused.slice(refusedBefore).map((id) => `${id} was refused without a reason to`);
  await waitFor('all request files are taken', () => waiting(root).length === 0, {
    timeoutMs: 60_000,
    seen: () => ({ waiting: waiting(root), output: root.lastOutput() }),
  });
  const agents = await root.allEnded();
  return [...refused, ...requests.unexpected, ...requests.asked.flatMap((asked) => faultsOfOne(root, asked, agents))];
}

/** After its coordinator was told to stop: nothing lives, nothing lies about, the journal can be read. */
export async function remainsOf(root: SoakRoot): Promise<string[]> {
  const living = await waitFor('all processes are gone', () => root.processes().length === 0, { timeoutMs: 5000 }).then(
    () => [],
    () => root.processes(),
  );
  return [
    ...living.map((pid) => `process ${pid} is an orphan`),
    ...root.filesNamed(/\.tmp$|(?:^|\/)(?:\.taken|again)-/).map((name) => `temporary file ${name} was left behind`),
    ...journalFaults(root),
  ];
}

function waiting(root: SoakRoot): string[] {
  return readdirSync(root.path('requests')).filter((name) => name.endsWith('.json'));
}

function faultsOfOne(root: SoakRoot, asked: Asked, agents: readonly AgentRecord[]): string[] {
  const { requestId, code } = asked;
  const own = agents.filter(({ request_id }) => request_id === requestId);
  const [agent] = own;
  if (agent === undefined || own.length !== 1) return [`${requestId} has ${own.length} agents (lost, or doubled)`];
  const faults: string[] = [];
  const began = witnessesOf(root).get(requestId) ?? [];
  if (began.length !== 1) faults.push(`${requestId} began ${began.length} times: ${JSON.stringify(began)}`);
  const status = code === 0 ? 'completed' : 'failed';
  if (agent.status !== status || agent.exit_code !== code) {
    faults.push(
      `${requestId} exits ${code}, and ${agent.agent_id} is ${agent.status} (${agent.status_reason}) with exit code ${agent.exit_code}`,
    );
  }
  if (asked.acknowledged !== null && asked.acknowledged !== agent.agent_id) {
    faults.push(`${requestId} was acknowledged as ${asked.acknowledged} and is ${agent.agent_id}`);
  }
  return faults;
}

const witnesses = new WeakMap<SoakRoot, { readonly lines: number; readonly byRequest: Map<string, string[]> }>();

function witnessesOf(root: SoakRoot): ReadonlyMap<string, readonly string[]> {
  const all = readWitness(root.root);
  const known = witnesses.get(root);
  if (known?.lines === all.length) return known.byRequest;
  const byRequest = new Map<string, string[]>();
  for (const { requestId, agentId, pid } of all) {
    byRequest.set(requestId, [...(byRequest.get(requestId) ?? []), `${agentId} pid ${pid}`]);
  }
  witnesses.set(root, { lines: all.length, byRequest });
  return byRequest;
}

/** Every line whole, every number one more than the one before; a segment may begin with the fleet up to its number. */
function journalFaults(root: SoakRoot): string[] {
  const names = readdirSync(root.path('journal'))
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  const faults: string[] = [];
  let last: number | null = null;
  for (const name of names) {
    const text = readFileSync(root.path('journal', name), 'utf8');
    for (const [index, line] of text.split('\n').entries()) {
      if (line === '') continue;
      const base = index === 0 ? decodeBase(line) : null;
      const seq: number | null = base?.seq ?? decodeLine(line)?.seq ?? null;
      if (base !== null) last = null;
      if (seq === null) faults.push(`journal/${name} has a line that cannot be read: ${line.slice(0, 120)}`);
      else if (last !== null && seq !== last + 1) faults.push(`journal/${name}: ${last} is followed by ${seq}`);
      last = seq ?? last;
    }
  }
  return faults;
}
