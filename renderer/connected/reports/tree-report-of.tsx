import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { Agent, ReportProblem } from '../../../protocol/agent.ts';
import { subtree } from '../../../protocol/fleet.ts';
import { saveText } from '../../client/save-file.ts';
import { CopyButton } from '../../views/copy-button.tsx';
import { SafeMarkdown } from '../../views/reports/markdown.tsx';
import { TreeGate } from '../../views/reports/tree-gate.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useAsked } from '../use-asked.ts';

const noProblems: readonly ReportProblem[] = [];
const nothing = (): void => undefined;

/** The combined report of an agent and all below it, made anew when any of them ends or is added. */
export function TreeReportOf({ agent }: { readonly agent: Agent }): ReactNode {
  const { client } = useDashboard();
  const id = agent.facts.agent_id;
  const version = useDashboardState(({ fleet }) =>
    subtree(fleet, id)
      .map((one) => one.life.status)
      .join(),
  );
  const { asked, again } = useAsked(`${id} tree`, version, () => client.api.report(id, { tree: true }));
  if (asked.status === 'asking') return <p className="report-word">Putting the report together …</p>;
  const tree = asked.status === 'known' ? asked.value.tree : undefined;
  if (tree === undefined) {
    const message = asked.status === 'failed' ? asked.failure.message : 'The answer holds none.';
    return (
      <MessageBar intent="error" layout="multiline" className="report-bar">
        <MessageBarBody>The combined report could not be made: {message}</MessageBarBody>
        <MessageBarActions>
          <Button size="small" onClick={again}>
            Try again
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  return (
    <>
      <TreeGate tree={tree} />
      <div className="report-head">
        <span className="frame-space" />
        <CopyButton what="combined report" text={tree.markdown} />
        <Button size="small" onClick={() => saveText(`${id}_report.md`, 'text/markdown', tree.markdown)}>
          Save as Markdown
        </Button>
        <Button
          size="small"
          onClick={() => saveText(`${id}_report.json`, 'application/json', `${JSON.stringify(tree, null, 2)}\n`)}
        >
          Save as JSON
        </Button>
      </div>
      <SafeMarkdown markdown={tree.markdown} problems={noProblems} onProblem={nothing} />
    </>
  );
}
