import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { onTestFinished, expect, test } from 'vitest';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import { Retention } from '../../../main/coordinator/ledger/retention.ts';
import { segmentPath } from '../../../main/coordinator/ledger/segments.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const day = 24 * 60 * 60 * 1000;
const now = Date.parse('2026-03-31T12:00:00.000Z');
const daysAgo = (days: number): string => new Date(now - days * day).toISOString();
const idOf = (ordinal: number): string => `agent_20260101_000000_${ordinal}`;

const accepted = (ordinal: number, parent: number | null = null): ZiggieEvent => ({
  type: 'agent_accepted',
  at: daysAgo(60),
  request_sha256: 'ab'.repeat(32),
  facts: agentFacts({
    agent_id: idOf(ordinal),
    ordinal,
    request_id: `request_${ordinal}`,
    parent_agent: parent === null ? null : idOf(parent),
  }),
  prompt: 'x',
});

const ended = (ordinal: number, days: number): ZiggieEvent => ({
  type: 'agent_never_began',
  at: daysAgo(days),
  agent_id: idOf(ordinal),
  as: 'cancelled',
  failure: { code: 'CANCELLED', message: 'as the test says' },
});

const refused = (request_id: string, days: number): ZiggieEvent => ({
  type: 'request_refused',
  at: daysAgo(days),
  request_id,
  request_sha256: 'cd'.repeat(32),
  failure: { code: 'INVALID_REQUEST', message: 'as the test says' },
});

/** A root with these events in its journal and a file at every place that an agent has. */
async function rootOf(events: readonly ZiggieEvent[]) {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const journal = Journal.open(layout.journal, 1);
  onTestFinished(() => journal.close());
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  await ledger.commit(events);
  for (const { facts } of ledger.current.agents.values()) {
    mkdirSync(layout.runFolder(facts.agent_id));
    for (const path of [
      layout.promptFile(facts.agent_id),
      layout.stateFile(facts.agent_id),
      layout.logFile(facts.agent_id),
      layout.reportFile(facts.agent_id),
      layout.responseFile(facts.request_id),
    ]) {
      writeFileSync(path, 'x');
    }
  }
  const clock = { now: () => new Date(now).toISOString(), monotonic: () => 0 };
  const lines: string[] = [];
  const retention = new Retention({
    layout,
    ledger,
    config: { retention_days: 30 },
    clock,
    log: (line) => lines.push(line),
  });
  return { layout, ledger, retention, lines };
}

test('a branch goes when all of it ended long enough ago, with its files; its reports stay', async () => {
  const { layout, ledger, retention, lines } = await rootOf([
    accepted(1),
    accepted(2, 1),
    ended(2, 40),
    ended(1, 35),
    // Its child ended only lately.
    accepted(3),
    accepted(4, 3),
    ended(3, 50),
    ended(4, 2),
    accepted(5),
  ]);
  await retention.tidy();
  expect([...ledger.current.agents.keys()].toSorted()).toEqual([3, 4, 5].map(idOf));
  expect([...ledger.current.requests.keys()].toSorted()).toEqual(['request_3', 'request_4', 'request_5']);
  for (const ordinal of [1, 2]) {
    const id = idOf(ordinal);
    const gone = [layout.runFolder(id), layout.logFile(id), layout.responseFile(`request_${ordinal}`)];
    expect(gone.filter((path) => existsSync(path))).toEqual([]);
    expect(existsSync(layout.reportFile(id))).toBe(true);
  }
  for (const ordinal of [3, 4, 5]) expect(existsSync(layout.promptFile(idOf(ordinal)))).toBe(true);
  expect(lines).toEqual(['2 agents that ended over 30 days ago were removed']);
});

test('an old child of a parent that lives goes from its list of children', async () => {
  const { ledger, retention } = await rootOf([accepted(1), accepted(2, 1), accepted(3, 1), ended(2, 40)]);
  await retention.tidy();
  expect(ledger.current.agents.get(idOf(1))?.children).toEqual([idOf(3)]);
});

test('numbers are never given again, also after a restart from what is left', async () => {
  const { layout, ledger, retention } = await rootOf([accepted(1), ended(1, 40)]);
  await retention.tidy();
  expect(ledger.current.accepted).toBe(1);
  expect(restore(layout.journal, emptyFleet).fleet.accepted).toBe(1);
});

test('old refusals and what was put aside with them go; newer ones stay', async () => {
  const { layout, ledger, retention } = await rootOf([refused('old', 31), refused('new', 29)]);
  for (const [name, days] of [['old.json', 31] as const, ['new.json', 29] as const]) {
    writeFileSync(`${layout.rejected}/${name}`, 'x');
    utimesSync(`${layout.rejected}/${name}`, (now - days * day) / 1000, (now - days * day) / 1000);
  }
  writeFileSync(layout.errorFile('old'), 'x');
  await retention.tidy();
  expect([...ledger.current.requests.keys()]).toEqual(['new']);
  expect(readdirSync(layout.rejected)).toEqual(['new.json']);
  expect(existsSync(layout.errorFile('old'))).toBe(false);
});

test('what was done to an agent that lives on is forgotten when it is that old, and with the agent', async () => {
  const paused = (request_id: string, ordinal: number, days: number): ZiggieEvent => ({
    type: 'request_done',
    at: daysAgo(days),
    request_id,
    request_sha256: 'ef'.repeat(32),
    by: 'operator',
    action: 'pause',
    target: idOf(ordinal),
    changed: [idOf(ordinal)],
  });
  const lives = [accepted(1), paused('old', 1, 31), paused('new', 1, 29)];
  const { ledger, retention } = await rootOf([...lives, accepted(2), paused('gone', 2, 29), ended(2, 31)]);
  await retention.tidy();
  expect([...ledger.current.requests.keys()].filter((id) => ['old', 'new', 'gone'].includes(id))).toEqual(['new']);
});

test('segments of that age go once a newer one begins with the whole fleet', async () => {
  const { layout, ledger, retention } = await rootOf([accepted(1), accepted(2)]);
  // What a rotation leaves: an old segment, and one that goes on after it.
  await ledger.rebase();
  await ledger.commit([accepted(3)]);
  utimesSync(segmentPath(layout.journal, 1), (now - 31 * day) / 1000, (now - 31 * day) / 1000);
  await retention.tidy();
  expect(readdirSync(layout.journal)).toEqual(['00000003.jsonl', '00000004.jsonl']);
  const { fleet, damage } = restore(layout.journal, emptyFleet);
  expect(damage).toBeNull();
  expect(toSnapshot(fleet)).toEqual(toSnapshot(ledger.current));
});

test('answers that no request owns go when they are old: those of a wait, of a stop', async () => {
  const { layout, retention } = await rootOf([accepted(1)]);
  const names = ['wait_1', 'wait_2', 'request_1'];
  for (const name of names) writeFileSync(layout.responseFile(name), '{}');
  writeFileSync(layout.errorFile('wait_3'), '{}');
  writeFileSync(`${layout.responses}/notes.txt`, 'not ours');
  const old = (now - 31 * day) / 1000;
  for (const path of [layout.responseFile('wait_1'), layout.errorFile('wait_3'), layout.responseFile('request_1')]) {
    utimesSync(path, old, old);
  }
  utimesSync(`${layout.responses}/notes.txt`, old, old);
  await retention.tidy();
  expect(readdirSync(layout.responses).sort()).toEqual([
    'notes.txt',
    'request_1_response.json',
    'wait_2_response.json',
  ]);
});

test('nothing old is no change at all', async () => {
  const { layout, ledger, retention, lines } = await rootOf([accepted(1), ended(1, 3)]);
  const before = ledger.current;
  await retention.tidy();
  expect(ledger.current).toBe(before);
  expect(readdirSync(layout.journal)).toEqual(['00000001.jsonl']);
  expect(lines).toEqual([]);
});

test('beside a base that nothing came after, old segments go, and nothing is written or complained of', async () => {
  const { layout, ledger, retention, lines } = await rootOf([accepted(1), accepted(2)]);
  await ledger.rebase();
  const base = readFileSync(segmentPath(layout.journal, 3));
  // On the next day, and on each one after it.
  await retention.tidy();
  expect(readdirSync(layout.journal)).toEqual(['00000001.jsonl', '00000003.jsonl']);
  utimesSync(segmentPath(layout.journal, 1), (now - 31 * day) / 1000, (now - 31 * day) / 1000);
  for (let days = 0; days < 2; days++) await expect(retention.tidy()).resolves.toBeUndefined();
  expect(readdirSync(layout.journal)).toEqual(['00000003.jsonl']);
  expect(readFileSync(segmentPath(layout.journal, 3))).toEqual(base);
  expect(lines).toEqual([]);
  await ledger.commit([accepted(3)]);
  expect(toSnapshot(restore(layout.journal, emptyFleet).fleet)).toEqual(toSnapshot(ledger.current));
});

test('what is on its way to run once more keeps its files, and its parent stays', async () => {
  const events = [accepted(1), accepted(2, 1), ended(1, 40), ended(2, 40)];
  const { layout, ledger, retention } = await rootOf(events);
  const requeued: ZiggieEvent = {
    type: 'agents_requeued',
    at: daysAgo(0),
    agent_ids: [idOf(2)],
    by: 'operator',
    reason: null,
    request_id: 'again',
    request_sha256: 'ef'.repeat(32),
  };
  const durable = ledger.commit([requeued]); // Not yet, while old branches are looked for.
  await retention.tidy();
  await durable;
  expect([...ledger.current.agents.keys()]).toEqual([idOf(1), idOf(2)]);
  expect(existsSync(layout.promptFile(idOf(2)))).toBe(true);
  expect(existsSync(layout.stateFile(idOf(1)))).toBe(true);
});

test('the reducer forgets nobody below whom somebody lives', () => {
  const events = [accepted(1), ended(1, 40), accepted(2, 1)];
  const forgotten: ZiggieEvent = { type: 'agents_forgotten', at: daysAgo(0), agent_ids: [idOf(1)] };
  const folded = [...events, forgotten].reduce((state, event, at) => fleet(state, { seq: at + 1, event }), emptyFleet);
  expect([...folded.agents.keys()]).toEqual([idOf(1), idOf(2)]);
});
