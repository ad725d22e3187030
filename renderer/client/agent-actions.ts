/** Asks the coordinator for what was chosen: several at a time, each refusal told, and nothing left half said. */
import type { ClientFailure, ClientResult } from '../../clients/typescript/client.ts';
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import { type ActionPlan, doneWords, type Verb } from '../selectors/agent-actions.ts';
import { counted } from '../selectors/format.ts';
import { agentTitle } from '../selectors/tree-rows.ts';
import { withActionAnswered, withActionSent, withNotice } from '../store/changes.ts';
import { change, type DashboardStore } from '../store/dashboard-store.ts';

const atOnce = 6;
const reason = 'asked for in the dashboard';

interface Refused {
  readonly id: string;
  readonly failure: ClientFailure;
}

export async function carryOut(store: DashboardStore, api: HttpClient, plan: ActionPlan): Promise<void> {
  change(store, withActionSent, plan.verb, plan.targets);
  const left = [...plan.targets];
  const refused: Refused[] = [];
  let changed = 0;
  const work = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      const answer = await ask(api, plan.verb, id);
      change(store, withActionAnswered, [id]);
      if (answer.ok) changed += answer.value;
      else refused.push({ id, failure: answer.failure });
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, work));
  if (changed > 0) change(store, withNotice, { intent: 'success', text: doneWords[plan.verb](changed) });
  if (refused.length > 0) change(store, withNotice, { intent: 'error', text: refusedWords(store, plan.verb, refused) });
}

/** How many agents it changed. */
async function ask(api: HttpClient, verb: Verb, id: string): Promise<ClientResult<number>> {
  switch (verb) {
    case 'stop': {
      const answer = await api.stop(id, reason);
      return answer.ok ? { ok: true, value: answer.value.stopped.length } : answer;
    }
    case 'pause':
    case 'resume': {
      const answer = await api[verb](id, reason);
      return answer.ok ? { ok: true, value: answer.value.changed.length } : answer;
    }
    case 'restart': {
      const answer = await api.restart(id, { reason });
      return answer.ok ? { ok: true, value: answer.value.changed.length } : answer;
    }
  }
}

const notDone: Readonly<Record<Verb, string>> = {
  stop: 'not stopped',
  pause: 'not paused',
  resume: 'not resumed',
  restart: 'not run again',
};

function refusedWords(store: DashboardStore, verb: Verb, refused: readonly Refused[]): string {
  const { agents } = store.getState().fleet;
  const [first] = refused;
  const agent = agents.get(first?.id ?? '');
  const name = agent === undefined ? (first?.id ?? '') : agentTitle(agent);
  const others = refused.length - 1;
  const more = others === 0 ? '' : ` So it is with ${counted(others, 'other agent')}.`;
  return `${name} was ${notDone[verb]}: ${first?.failure.message ?? ''}${more}`;
}
