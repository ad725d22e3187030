import { describe, expect, test } from 'vitest';
import { type Message, type MessagesRequest, turnOf } from '../../rig/messages-conversation.ts';
import { parseScript } from '../../rig/messages-script.ts';

const request = (prompt: string, ...later: Message[]): MessagesRequest => ({
  model: 'm',
  tools: [{ name: 'Bash' }],
  system: [{ type: 'text', text: 'Your agent id is `agent_1`. Write `/r/agent_1_COMPLETION_REPORT.md`.' }],
  messages: [{ role: 'user', content: [{ type: 'text', text: prompt }] }, ...later],
});
const called: Message = { role: 'assistant', content: [{ type: 'tool_use', name: 'Bash' }] };
const answered = (content: unknown): Message => ({ role: 'user', content: [{ type: 'tool_result', content }] });

const inputOf = (turn: ReturnType<typeof turnOf>): unknown[] =>
  turn.steps.map((step) => (step.do === 'tool' ? step.input(turn.fill) : step));

describe('the scripted model', () => {
  test('markers may hold JSON, brackets, newlines and the markers of a child', () => {
    const child = JSON.stringify({ prompt: '[[say:hi]][[bash:ls]]', list: [1, [2]] });
    const turns = parseScript(`Do this: [[say:a\nb [x]]][[tool:deploy:${child}]] and [[bash:[ -f x ] && [[ -n y ]]]]`);
    expect(turns.map((turn) => turn.map((step) => step.do))).toEqual([['say', 'tool'], ['tool'], []]);
    const [, deploy] = turns[0] ?? [];
    expect(deploy?.do === 'tool' && deploy.input((text) => text)).toEqual(JSON.parse(child));
  });

  test.each([
    ['[[say:never closed]', 'never closed'],
    ['[[dance:1]]', '[[dance...]] is unknown'],
    ['[[sleep:soon]]', 'needs a whole number'],
  ])('%s is refused with its reason', (prompt, reason) => {
    expect(() => parseScript(prompt)).toThrow(reason);
  });

  test('goes one tool call on with each turn and fills in the last result', () => {
    const prompt = '[[bash:one]][[bash:two {{result.agent.id}}]][[say:end {{result}}]]';
    expect(inputOf(turnOf(request(prompt)))).toMatchObject([{ command: 'one' }]);
    const second = request(prompt, called, answered([{ type: 'text', text: '{"agent":{"id":"x7"}}' }]));
    expect(inputOf(turnOf(second))).toMatchObject([{ command: 'two x7' }]);
    const third = turnOf({ ...second, messages: [...second.messages, called, answered('done')] });
    expect(third.fill('{{result}} {{agent_id}} {{report_file}}')).toBe('done agent_1 /r/agent_1_COMPLETION_REPORT.md');
    expect(third.steps).toEqual([{ do: 'say', text: 'end {{result}}' }]);
  });

  test('a later prompt with markers starts anew, and a side call without tools runs nothing', () => {
    const resumed = request('[[bash:one]]', called, answered('x'), {
      role: 'user',
      content: [{ type: 'text', text: '[[say:more]]' }],
    });
    expect(turnOf(resumed).steps).toEqual([{ do: 'say', text: 'more' }]);
    expect(turnOf({ ...request('[[bash:rm]]'), tools: [] }).steps).toEqual([{ do: 'say', text: 'ok' }]);
  });

  test('a place without a value is an error that shows the last result', () => {
    expect(() => turnOf(request('[[say:x]]', called, answered('plain'))).fill('{{result.id}}')).toThrow('plain');
  });
});
