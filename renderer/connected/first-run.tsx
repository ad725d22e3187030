import { type ReactNode, useState } from 'react';
import { withDeployBegun } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { FirstRun as FirstRunView } from '../views/first-run.tsx';
import { useDashboard } from './dashboard-context.ts';

/** What `ziggie serve --demo` begins with. */
const demoTree = {
  agent_type: 'L1',
  name: 'Overwatch (demo)',
  config: { runtime: 'demo', prompt_file: 'prompts/demo_overwatch.md' },
};

export function FirstRun(): ReactNode {
  const { store, client } = useDashboard();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const runDemo = async (): Promise<void> => {
    setBusy(true);
    setRefusal(null);
    const answer = await client.api.deploy(demoTree);
    setBusy(false);
    if (!answer.ok) setRefusal(answer.failure.message);
  };
  return (
    <FirstRunView
      onDemo={busy ? null : () => void runDemo()}
      refusal={refusal}
      onDeploy={() => change(store, withDeployBegun, '')}
    />
  );
}
