/**
 * The Python client: each action by its method, in one process that lives as long as the door. A field that a method has no
 * argument for (`config` that is no object, `group` that is no mapping) goes through the HTTP door.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { python, pythonClient } from '../python.ts';
import type { TestCoordinator } from '../coordinator.ts';
import type { Door, DoorAnswer, DoorMaker, DoorRequest } from './door.ts';
import { httpDoor } from './http.ts';

const driver = join(import.meta.dirname, 'python-driver.py');

export const pythonDoor: DoorMaker = {
  name: 'python',
  open: async (coordinator: TestCoordinator): Promise<Door> => {
    const http = await httpDoor.open(coordinator);
    const { PATH = '' } = process.env;
    const child = spawn(python ?? 'python3', ['-B', driver], {
      env: { PATH, PYTHONPATH: pythonClient, ZIGGIE_ROOT: coordinator.root },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (request: DoorRequest): Promise<DoorAnswer> => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error(`the driver ended at ${JSON.stringify(request)}`);
      const answer = JSON.parse(line.value) as DoorAnswer;
      // The drop-in says no more of an agent that is not there than the original did; the words are the coordinator's.
      return !answer.ok && answer.code === 'AGENT_NOT_FOUND' ? http.ask(request) : answer;
    };
    return {
      name: 'python',
      ask: (request) => (isSayable(request) ? ask(request) : http.ask(request)),
      close: async () => {
        const ended = once(child, 'exit');
        child.stdin.end();
        await ended;
      },
    };
  },
};

const isSayable = ({ action, config, group }: DoorRequest): boolean =>
  action !== 'deploy' || (typeof config === 'object' && group === undefined);
