/** Faults in what is answered, to whom, and when. */
import type { Mutant } from './mutant.ts';

export const doorMutants: readonly Mutant[] = [
  {
    name: 'a request is answered before it is in the journal',
    file: 'main/coordinator/commands/deploy.ts',
    find: '    await durable;\n    call.onDurable(facts.agent_id);',
    replace: '    call.onDurable(facts.agent_id);',
    tests: ['test/integration/durable-order.test.ts'],
  },
  {
    name: 'the same request_id starts another agent',
    file: 'main/coordinator/commands/deploy.ts',
    find: 'if (seen === undefined) return null;',
    replace: 'return null;',
    tests: ['test/integration/bad-input.test.ts'],
  },
  {
    name: 'the same request_id may ask for something else',
    file: 'main/coordinator/commands/deploy.ts',
    find: 'if (seen.sha256 !== hash) {',
    replace: 'if (seen.sha256 === "") {',
    tests: ['test/integration/bad-input.test.ts'],
  },
  {
    name: 'a file is taken again while it is in hand',
    file: 'main/coordinator/inbox/inbox.ts',
    find: 'if (this.#inHand.has(name)) continue;',
    replace: '',
    tests: ['test/unit/inbox/inbox.test.ts'],
  },
  {
    name: 'a request file goes before it is durable',
    file: 'main/coordinator/inbox/inbox.ts',
    find: 'const failure = await handle(body, taken, () => this.#putAside(name)).catch(failureOfThrown);',
    replace:
      'taken();\n    const failure = await handle(body, taken, () => this.#putAside(name)).catch(failureOfThrown);',
    tests: ['test/unit/inbox/inbox.test.ts'],
  },
  {
    name: 'a request file is removed unseen',
    file: 'main/coordinator/inbox/aside.ts',
    find: 'if (markAt(join(folder, aside)) === mark) return join(folder, aside);',
    replace: "if (mark !== '') return join(folder, aside);",
    tests: ['test/unit/inbox/inbox.test.ts'],
  },
  {
    name: 'an acceptance that failed leaves its files',
    file: 'main/coordinator/commands/undo-acceptance.ts',
    find: '  removeRunFolder(layout.runFolder(agentId));',
    replace: '  void layout;',
    tests: ['test/unit/commands/deploy.test.ts'],
  },
  {
    name: 'the sweep depends on the watcher',
    file: 'main/coordinator/inbox/inbox.ts',
    find: 'this.#interval = setInterval(() => this.#regularSweep(), sweepEveryMs);',
    replace: '',
    tests: ['test/unit/inbox/inbox.test.ts'],
  },
  {
    name: 'no token is needed',
    file: 'main/api/guard.ts',
    find: 'return principal === null ? tokenIsOver() : ok(principal);',
    replace: "return ok(principal ?? { kind: 'operator' });",
    tests: ['test/integration/http.test.ts'],
  },
  {
    name: 'the token of an agent that has ended is still good',
    file: 'main/coordinator/tokens.ts',
    find: "const hash = Buffer.from(hashToken(token), 'hex');\n",
    replace: "const hash = Buffer.from(hashToken(token), 'hex');\n  if (token !== '') return { kind: 'operator' };\n",
    tests: ['test/integration/http.test.ts'],
  },
  {
    name: 'an agent reaches agents that are not below it',
    file: 'main/coordinator/commands/rights.ts',
    find: "by.kind === 'operator' || isWithin(fleet, agentId, by.agentId);",
    replace: "by.kind === 'operator' || fleet.agents.has(agentId);",
    tests: ['test/unit/commands/rights.test.ts'],
  },
];
