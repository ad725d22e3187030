import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Answers } from '../../../main/coordinator/inbox/answers.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { StateFiles } from '../../../main/coordinator/ledger/state-files.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { StorageHealth } from '../../../main/coordinator/storage-health.ts';
import { failureOf } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

function open() {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const ledger = new Ledger(emptyFleet, Journal.open(layout.journal, 1), new EventHub(log), () => undefined);
  const fleet = () => ledger.current;
  const stateFiles = new StateFiles(layout, fleet, new StorageHealth(systemClock, log));
  const answers = new Answers({ layout, ledger, lives: new LifeWatch(fleet), stateFiles, clock: systemClock, log });
  onTestFinished(() => answers.close());
  return { layout, answers, lines };
}

test('an answer is there when its promise settles', async () => {
  const { layout, answers } = open();
  expect(await answers.success('a', { total: 0 })).toBe(true);
  expect(JSON.parse(readFileSync(layout.responseFile('a'), 'utf8'))).toEqual({ total: 0 });
});

test('a success takes the place of an earlier refusal, so that one answer stands', async () => {
  const { layout, answers } = open();
  await answers.failure('a', failureOf('QUEUE_FULL', 'Ask again later.'));
  await answers.success('a', {});
  expect(existsSync(layout.errorFile('a'))).toBe(false);
});

test('a refusal leaves a response of the same id: it may be another request’s', async () => {
  const { layout, answers } = open();
  await answers.success('a', {});
  await answers.failure('a', failureOf('DUPLICATE_REQUEST_MISMATCH', 'Used before.'));
  expect(existsSync(layout.responseFile('a')) && existsSync(layout.errorFile('a'))).toBe(true);
});

test('in a folder that was removed it is written all the same', async () => {
  const { layout, answers } = open();
  rmSync(layout.responses, { recursive: true });
  expect(await answers.success('a', {})).toBe(true);
  expect(existsSync(layout.responseFile('a'))).toBe(true);
});

test('what cannot be written is owed until it can, and said once', async () => {
  const { layout, answers, lines } = open();
  rmSync(layout.responses, { recursive: true });
  writeFileSync(layout.responses, 'in the way');
  const written = answers.failure('a', failureOf('QUEUE_FULL', 'Ask again later.'));
  await waitFor('it is said', () => lines.length === 1);
  rmSync(layout.responses);
  expect(await written).toBe(true);
  expect(existsSync(layout.errorFile('a'))).toBe(true);
  expect(lines).toHaveLength(1);
});

test('a coordinator that stops says that it was not written', async () => {
  const { layout, answers } = open();
  rmSync(layout.responses, { recursive: true });
  writeFileSync(layout.responses, 'in the way');
  const written = answers.success('a', {});
  await answers.close();
  expect(await written).toBe(false);
});
