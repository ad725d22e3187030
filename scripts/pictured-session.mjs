/**
 * What the pictures show as Claude Code (`scripts/pictures.mjs`): it prints a session in that program's words and does what
 * a line of its prompt says: `@end` ends, `@ask COMMAND` asks for approval and waits; else it stays until it is stopped.
 */
import process from 'node:process';
import { setTimeout as rest } from 'node:timers/promises';

if (process.argv.includes('--version')) {
  console.log('2.0.0 (Claude Code)');
  process.exit(0);
}
let prompt = '';
for await (const part of process.stdin.setEncoding('utf8')) prompt += part;

const say = (/** @type {unknown} */ line) => console.log(JSON.stringify(line));
let messages = 0;
const assistant = (/** @type {unknown} */ block) => {
  messages += 1;
  const usage = {
    input_tokens: 40 + messages * 6,
    output_tokens: 180 + messages * 90,
    cache_read_input_tokens: 9000 + messages * 2400,
    cache_creation_input_tokens: 1800,
  };
  say({ type: 'assistant', message: { id: `msg_${messages}`, model: 'claude-sonnet-4-5', content: [block], usage } });
};
const text = (/** @type {string} */ words) => assistant({ type: 'text', text: words });
const tool = async (/** @type {string} */ name, /** @type {unknown} */ input, /** @type {string} */ result) => {
  assistant({ type: 'tool_use', id: `call_${messages}`, name, input });
  const id = `call_${messages - 1}`;
  await rest(400);
  say({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: id, content: result }] } });
};

say({
  type: 'system',
  subtype: 'init',
  cwd: process.cwd(),
  session_id: '5b0c7a4e-3c55-4f0e-9a63-2f1f5e0d8b11',
  tools: ['Bash', 'Read', 'Grep', 'Edit'],
  mcp_servers: [],
  model: 'claude-sonnet-4-5',
});
text('I will look at every sprite sheet first, then at the tables that name their frames.');
await tool(
  'Bash',
  { command: 'ls assets/sprites', description: 'List the sprite sheets' },
  ['cat-idle', 'cat-jump', 'cat-run', 'door', 'lamp', 'moth', 'rain', 'roof', 'street', 'tram', 'window', 'wires']
    .map((name) => `${name}.png`)
    .join('\n'),
);
await tool(
  'Grep',
  { pattern: '"sheet":', path: 'assets/frames' },
  'assets/frames/cat.json:3:  "sheet": "cat-idle.png",\nassets/frames/cat.json:41:  "sheet": "cat-run.png",\nassets/frames/street.json:3:  "sheet": "street.png",',
);
text('Three sheets have a table. `cat-jump.png` is used in the code, but has none:');
await tool(
  'Read',
  { file_path: 'src/player.ts', offset: 88, limit: 3 },
  "88\t  // Falls back to the first frame of the sheet.\n89\t  const jump = frames['cat-jump'] ?? whole('cat-jump.png');\n90\t  this.play(jump);",
);
text('I add the table with its six frames, 32 by 32 each, and run the tests of the sprites.');
await tool(
  'Bash',
  { command: 'npm test -- sprites', description: 'Run the tests of the sprites' },
  ' ✓ every sheet is there (12 tests) 41ms\n ✓ frames lie within their sheet (38 tests) 63ms\n\n Tests  50 passed (50)',
);
text('All 50 pass. Nine sheets are still without a table; they follow one by one.');

const asked = /^@ask (.+)$/m.exec(prompt)?.[1];
if (asked !== undefined) {
  const { ZIGGIE_URL: url, ZIGGIE_TOKEN: token } = process.env;
  void fetch(`${url}/api/coordinator/approvals`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tool_use_id: 'call_ask', tool_name: 'Bash', input: { command: asked }, timeout: 600 }),
  });
}
if (/^@end$/m.test(prompt)) {
  const usage = { input_tokens: 1240, output_tokens: 3610 };
  say({
    type: 'result',
    subtype: 'success',
    is_error: false,
    num_turns: 9,
    duration_ms: 4100,
    total_cost_usd: 0.31,
    usage,
  });
  process.exit(0);
}
// Some work, so that its charts have something to show.
for (let turn = 0; turn < 1200; turn++) {
  const until = performance.now() + 15 + 35 * Math.abs(Math.sin(turn / 7));
  while (performance.now() < until);
  await rest(500);
}
