/** Stopping the whole fleet through the coordinator's own stop, a branch at a time from the top. */
import type { Coordinator } from '../coordinator/facade.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';

/** A request that came in between may add an agent after the first round; more rounds than this mean it goes on coming. */
const MOST_ROUNDS = 3;

/** Stops everything. Answers with what could not be stopped, one sentence each; empty when all is down. */
export async function stopAll(
  coordinator: Pick<Coordinator, 'fleet' | 'stop'>,
  reason: string,
): Promise<readonly string[]> {
  for (let round = 1; ; round += 1) {
    const answers = await Promise.all(
      tops(coordinator.fleet()).map((id) => coordinator.stop(id, { kind: 'operator' }, reason)),
    );
    const troubles = answers.flatMap((answer) =>
      answer.ok ? survivorsOf(answer.value.stopped) : [answer.failure.message],
    );
    const left = livingAgents(coordinator.fleet());
    if (left.length === 0) return troubles;
    if (round === MOST_ROUNDS) {
      return [...troubles, ...left.map(({ facts }) => `${facts.agent_type} (${facts.agent_id}) still runs.`)];
    }
  }
}

/** Living agents with no living agent above them: stopping these stops all. */
function tops(fleet: Fleet): string[] {
  return livingAgents(fleet).flatMap(({ facts }) =>
    facts.parent_agent !== null && fleet.living.has(facts.parent_agent) ? [] : [facts.agent_id],
  );
}

/** One sentence for each agent of which processes are left. */
export function survivorsOf(
  stopped: readonly { readonly agent_id: string; readonly survivors: readonly number[] }[],
): string[] {
  return stopped.flatMap(({ agent_id, survivors }) =>
    survivors.length > 0 ? [`Of ${agent_id} these processes survived: ${survivors.join(', ')}.`] : [],
  );
}
