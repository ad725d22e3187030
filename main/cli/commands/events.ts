/** `ziggie events [ID]`: what has happened, from the journal, and what goes on happening. */
import type { Command } from 'commander';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { EventPage } from '../../../protocol/event-page.ts';
import { acceptances, type Sequenced } from '../../../protocol/events.ts';
import { wordsFor } from '../../../protocol/life-lines.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure } from '../failure.ts';
import { wholeNumber } from '../option-values.ts';
import { type Ask, patientAsk, untilNextPoll } from '../patient.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { plain } from '../view/plain.ts';

interface EventsOptions {
  readonly since: number;
  readonly follow?: boolean;
}

export function addEvents(program: Command, run: Run): void {
  program
    .command('events')
    .description('Print what has happened, oldest first: of one agent, or of all.')
    .argument('[id]', 'the agent: its id, or a beginning or end of it that fits no other')
    .option('--since <seq>', 'only what came after this event', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('-f, --follow', 'go on until Ctrl+C')
    .addHelpText('after', eventsHelp)
    .action(run((context, id: string | undefined, options: EventsOptions) => events(context, id, options)));
}

const eventsHelp = `
Each line begins with the event's number, which --since takes. With --json each line is {seq, event}.

Example:
  ziggie events -f

${exitCodesHelp}`;

async function events(context: Context, id: string | undefined, { since, follow }: EventsOptions): Promise<ExitCode> {
  const { io, json } = context;
  const asking = await patientAsk(context);
  if (!asking.ok) return await showFailure(io, json, asking.failure);
  const agent = id === undefined ? null : await asking.value((client) => resolveAgent(client, id));
  if (agent !== null && !agent.ok) return await showFailure(io, json, agent.failure);
  const printed = await print(context, asking.value, agent?.value.agent_id ?? null, since, follow === true);
  return printed.ok ? exitCodes.ok : await showFailure(io, json, printed.failure);
}

async function print(
  { io, json }: Context,
  ask: Ask,
  agentId: string | null,
  from: number,
  follow: boolean,
): Promise<ClientResult<void>> {
  for (let since = from; !io.gone.aborted;) {
    const page: ClientResult<EventPage> = await ask((client) =>
      client.events(since, agentId === null ? {} : { agentId }),
    );
    if (!page.ok) return page;
    const { events: told, next_since, is_complete, is_gap } = page.value;
    if (is_gap) await io.err('ziggie: what lies further back is kept no longer; this is what there is.\n');
    const lines = told.flatMap((one) => (json ? [JSON.stringify(one)] : eventLines(one)));
    if (lines.length > 0) await io.out(`${lines.join('\n')}\n`);
    since = next_since;
    if (!is_complete) continue;
    if (!follow) break;
    await untilNextPoll(io.gone);
  }
  return { ok: true, value: undefined };
}

/** None for what is no turn in a life; several for a batch. Pure. */
export function eventLines({ seq, event }: Sequenced): string[] {
  const line = (who: string, what: string): string => `${String(seq).padStart(6)}  ${event.at}  ${who}  ${plain(what)}`;
  const accepted = acceptances(event);
  if (accepted.length > 0) {
    return accepted.map(({ facts: { agent_id, agent_type, parent_agent } }) =>
      line(agent_id, `${agent_type} was accepted, child of ${parent_agent ?? 'nobody'}`),
    );
  }
  if (event.type === 'agents_requeued')
    return event.agent_ids.map((id) => line(id, `is to run once more, says ${event.by}`));
  if ('agent_id' in event) {
    const words = wordsFor(event);
    return words === null ? [] : [line(event.agent_id, words)];
  }
  switch (event.type) {
    case 'coordinator_started':
      return [line('coordinator', `started, version ${event.version}, pid ${event.pid}`)];
    case 'coordinator_stopped':
      return [line('coordinator', `stopped: ${event.reason}`)];
    case 'storage_recovered':
      return [line('coordinator', `could not write its journal since ${event.since}, and can again`)];
    case 'time_gap':
      return [line('coordinator', `did not run for ${event.seconds} s`)];
    case 'request_done':
      // What the others did is told by the lives they changed.
      return event.action === 'submit_report' && event.target !== null
        ? [line(event.target, `its report was handed in by ${event.by}`)]
        : [];
    case 'request_refused':
      return [line(event.request_id, `was refused: ${event.failure.code}: ${event.failure.message}`)];
    default:
      return [];
  }
}
