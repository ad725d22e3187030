/** A branch that deploys as fast as it can is stopped as a whole: whoever was accepted is stopped with it, and nobody comes after. */
import { expect, test } from 'vitest';
import { failureIn, valueOf } from '../../rig/result.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { deployScript, startShells } from './shell-agents.ts';

/** Deploys children for ever, with its own token; each child does the same one level below. */
const spawning = (level: number): string => {
  const prompt = level === 3 ? 'exec sleep 300' : spawning(level + 1);
  const body = JSON.stringify({ agent_type: `L${level}`, config: { prompt } }).replaceAll("'", "'\\''");
  return [
    'n=0; while :; do n=$((n+1));',
    `curl -s -o /dev/null "$ZIGGIE_URL/api/coordinator/deploy" -H "Authorization: Bearer $ZIGGIE_TOKEN"`,
    `-H 'Content-Type: application/json' -H "Idempotency-Key: $ZIGGIE_AGENT_ID-$n" -d '${body}';`,
    'sleep 0.05; done',
  ].join(' ');
};

test.each([3, 9, 20])(
  'stopped when %i agents were accepted in it, all of them end and none begins afterwards',
  async (count) => {
    const coordinator = await startShells({ max_running: 30, starts_per_second: 200, max_starting: 8 });
    const { agentId } = await deployScript(coordinator, 'top', spawning(2));
    const accepted = () => coordinator.journal().filter(({ event }) => event.type === 'agent_accepted');
    await waitFor('so many are accepted', () => accepted().length >= count);
    const { stopped } = valueOf(await coordinator.client.stop(agentId, 'enough'));
    const last = coordinator.journal().at(-1)?.seq ?? 0;

    // Those that the answer names are all there are.
    const { agents } = valueOf(await coordinator.client.list());
    expect(new Set(stopped.map(({ agent_id }) => agent_id))).toEqual(new Set(agents.map(({ agent_id }) => agent_id)));
    for (const { status } of agents) expect(['stopped', 'cancelled', 'failed']).toContain(status);

    // From below and from above, by every door: no.
    const late = { request_id: 'late', agent_type: 'L2', parent_agent: agentId, config: { prompt: 'true' } };
    expect(failureIn(await coordinator.client.deploy(late)).code).toBe('HIERARCHY_VIOLATION');
    expect(await coordinator.dropAndAnswer({ ...late, request_id: 'late-by-file' })).toMatchObject({
      code: 'HIERARCHY_VIOLATION',
    });

    // Also when it comes back from a crash.
    await coordinator.crash();
    await coordinator.start();
    const after = coordinator.journal().filter(({ seq, event }) => {
      const begins = ['agent_accepted', 'agent_starting', 'agent_started'].includes(event.type);
      return seq > last && begins;
    });
    expect(after).toEqual([]);
    expect(valueOf(await coordinator.client.list()).agents.every(({ completed_at }) => completed_at !== null)).toBe(
      true,
    );
  },
  90_000,
);
