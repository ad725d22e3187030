/** Agents that run inside Ziggie's own program file, which an update has to replace. Pure. */
import { type Agent, isActive } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import { type Fleet, livingAgents } from '../../../protocol/fleet.ts';

/** What is run with our own program as plain Node where there is no other: scripts, and what starts them. */
const scriptOrShim = /\.(?:c?js|mjs|cmd|bat)$/i;

/**
 * All other agents are programs of their own, in jobs that outlive us: an update goes on beneath them and the next start
 * adopts them. The installer moves a program that still runs aside, and what it loads later would be gone or another version's.
 */
export function programUsers(fleet: Fleet, runtimes: Config['runtimes']): readonly Agent[] {
  return livingAgents(fleet).filter((agent) => isActive(agent) && usesOurProgram(agent, runtimes));
}

function usesOurProgram({ facts }: Agent, runtimes: Config['runtimes']): boolean {
  if (facts.runtime_kind === 'demo') return true;
  const runtime = runtimes[facts.runtime];
  // The runtime was taken out of the settings meanwhile, so what it was cannot be told.
  if (runtime === undefined || runtime.kind === 'demo') return true;
  if (runtime.kind === 'claude' && runtime.approvals === 'ask') return true;
  return runtime.command !== null && scriptOrShim.test(runtime.command);
}
