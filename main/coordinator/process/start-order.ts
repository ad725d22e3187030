/** From what was asked of an agent to what its launcher must know: program, arguments, environment, files. */
import { devNull } from 'node:os';
import type { AgentFacts } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import type { EventOf } from '../../../protocol/events.ts';
import type { Layout } from '../root/layout.ts';
import type { Program, Runtime } from '../runtimes/runtime.ts';
import type { LaunchOrder } from './launcher.ts';

export interface StartPlace {
  readonly layout: Layout;
  readonly config: Config;
  readonly url: () => string;
}

export interface StartOrder {
  readonly order: LaunchOrder;
  /** To be durable before the start, by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

export function startOrder(
  { layout, config, url }: StartPlace,
  facts: AgentFacts,
  found: { readonly runtime: Runtime; readonly program: Program },
  { attempt, nonce }: EventOf<'agent_starting'>,
  token: string,
): StartOrder {
  const launch = found.runtime.launch(found.program, {
    facts,
    attempt,
    promptFile: layout.promptFile(facts.agent_id),
    runFolder: layout.runFolder(facts.agent_id),
    root: layout.root,
    reportFile: facts.completion_report,
    reportSections: config.report.sections,
    url: url(),
  });
  const identifying = {
    ZIGGIE_ROOT: layout.root,
    ZIGGIE_URL: url(),
    ZIGGIE_TOKEN: token,
    ZIGGIE_AGENT_ID: facts.agent_id,
    ZIGGIE_AGENT_TYPE: facts.agent_type,
    ZIGGIE_REPORT_FILE: facts.completion_report,
    ZIGGIE_REPORT_SECTIONS: config.report.sections.join('|'),
    ZIGGIE_RUN: nonce,
  };
  const order = {
    run: { agentId: facts.agent_id, attempt, nonce },
    file: launch.file,
    args: launch.args,
    cwd: facts.cwd,
    env: { ...launch.env, ...identifying },
    inputFile: launch.promptOnStdin ? layout.promptFile(facts.agent_id) : devNull,
    logFile: facts.log_file,
    attemptFolder: layout.attemptFolder(facts.agent_id, attempt),
  };
  return { order, files: launch.files };
}
