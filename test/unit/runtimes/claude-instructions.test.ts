import { describe, expect, test } from 'vitest';
import { claudeInstructions } from '../../../main/coordinator/runtimes/claude-instructions.ts';
import { parseRequest } from '../../../protocol/parse-request.ts';
import { launchSpec } from '../../rig/agent-facts.ts';

describe('the instructions of an agent', () => {
  test('say who it is, where its report goes and what it must hold', () => {
    const spec = launchSpec({ facts: { name: 'sprite scanner' }, reportSections: ['Summary', 'Costs'] });
    const text = claudeInstructions(spec);
    expect(text).toContain(
      'Your agent id is `agent_20251109_143000_1`, your type is `L2.1` (level 2). Your name is "sprite scanner".',
    );
    expect(text).toContain('deployed by the agent `overwatch_001`');
    expect(text).toContain(`\`${spec.reportFile}\``);
    expect(text).toContain('# Completion report of agent_20251109_143000_1\n\n## Summary\n...\n\n## Costs\n...');
    expect(text).toContain('MUST write your completion report');
  });

  test('differ for an agent of the operator that owes no report', () => {
    const text = claudeInstructions(launchSpec({ facts: { parent_agent: null, report_required: false } }));
    expect(text).toContain('deployed by the operator');
    expect(text).not.toContain('MUST write your completion report');
  });

  test.each([
    ['L1', 1, 'L2.1'],
    ['L2.3', 2, 'L3.3.1'],
    ['L3.1.2', 3, 'L4.1.2.1'],
  ])('show %s a request for a child that the coordinator accepts', (agent_type, level, childType) => {
    const text = claudeInstructions(launchSpec({ facts: { agent_type, level } }));
    const json = /```json\n([^`]+)```/.exec(text)?.[1] ?? '';
    const request = parseRequest(JSON.parse(json));
    expect(request).toMatchObject({
      ok: true,
      value: { agent_type: childType, parent_agent: 'agent_20251109_143000_1' },
    });
  });

  test('name only folders of the root, and no secret', () => {
    const text = claudeInstructions(launchSpec());
    expect(text).toContain('/root-folder/requests');
    expect(text).toContain('/root-folder/responses');
    expect(text).toContain('/root-folder/state/AGENT_ID.json');
    expect(text).toContain('Bearer $ZIGGIE_TOKEN');
  });
});
