/** An agent that asks before each line of its prompt whether it may run it, waits for the answers, and ends. */
import process from 'node:process';

let prompt = '';
for await (const part of process.stdin.setEncoding('utf8')) prompt += part;
const commands = prompt.split('\n').filter((line) => line !== '');

async function ask(command, nth) {
  for (;;) {
    const answer = await fetch(`${process.env.ZIGGIE_URL}/api/coordinator/approvals`, {
      method: 'POST',
      headers: { authorization: `Bearer ${process.env.ZIGGIE_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tool_use_id: `call-${nth}`, tool_name: 'Bash', input: { command }, timeout: 60 }),
    });
    const { status } = await answer.json();
    if (status !== 'open') return console.log(`${command}: ${status}`);
  }
}

await Promise.all(commands.map(ask));
