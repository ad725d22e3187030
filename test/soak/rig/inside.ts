/** What a coordinator holds on to, counted inside of it after a full collection: what is left then is reachable. */
import type { Inspector } from '../../rig/inspector.ts';

export interface Inside {
  /** Heap that is in use, and what buffers hold outside of it; KiB. */
  readonly heapKiB: number;
  /** What keeps the event loop alive, as Node names it: handles, requests, timers. */
  readonly resources: number;
  /** Of libuv, those that keep nothing alive, too. */
  readonly handles: number;
  /** That have not fired or been cleared, those that keep nothing alive (`unref`), too. */
  readonly timers: number;
  /** Of all emitters together. */
  readonly listeners: number;
  /** Of all maps and sets together, without numbers: one map remembers every process of the machine by its pid. */
  readonly entries: number;
  /** That are reachable, most of them pending. */
  readonly promises: number;
}

/** A prototype of a subclass is no map itself; asked for its keys it throws. */
const entriesOf = (kind: 'Map' | 'Set'): string =>
  `const keysOf = (one) => { try { return [...${kind}.prototype.keys.call(one)] } catch { return [] } };
   return all.reduce((sum, one) => sum + keysOf(one).filter((key) => typeof key !== 'number').length, 0)`;

/** Counts over all objects that have a prototype; each is the body of a function of the array `all`. */
const counted = {
  timers: {
    prototype: 'Object.getPrototypeOf(globalThis.__timer ??= setTimeout(() => undefined, 0))',
    count: 'return all.filter((timer) => !timer._destroyed).length',
  },
  listeners: {
    prototype: `process.getBuiltinModule('node:events').EventEmitter.prototype`,
    count: `const { EventEmitter } = process.getBuiltinModule('node:events');
      const of = (emitter, name) => EventEmitter.prototype.listenerCount.call(emitter, name);
      const names = (emitter) => EventEmitter.prototype.eventNames.call(emitter);
      return all.reduce((sum, emitter) => names(emitter).reduce((more, name) => more + of(emitter, name), sum), 0)`,
  },
  maps: { prototype: 'Map.prototype', count: entriesOf('Map') },
  sets: { prototype: 'Set.prototype', count: entriesOf('Set') },
  promises: { prototype: 'Promise.prototype', count: 'return all.length' },
} as const;

const objectGroup = 'inside';

export async function lookInside(inspector: Inspector): Promise<Inside> {
  const [timers, listeners, maps, sets, promises] = [
    await count(inspector, 'timers'),
    await count(inspector, 'listeners'),
    await count(inspector, 'maps'),
    await count(inspector, 'sets'),
    await count(inspector, 'promises'),
  ];
  await inspector.call('Runtime.releaseObjectGroup', { objectGroup });
  await inspector.call('HeapProfiler.collectGarbage');
  const { usedSize } = (await inspector.call('Runtime.getHeapUsage')) as { usedSize: number };
  const external = (await inspector.evaluate('process.memoryUsage().external')) as number;
  const resources = (await inspector.evaluate('process.getActiveResourcesInfo().length')) as number;
  const handles = (await inspector.evaluate('process.report.getReport().libuv.length')) as number;
  const heapKiB = Math.round((usedSize + external) / 1024);
  return { heapKiB, resources, handles, timers, listeners, entries: maps + sets, promises };
}

/** The query makes a full collection first. */
async function count(inspector: Inspector, what: keyof typeof counted): Promise<number> {
  const { prototype, count } = counted[what];
  const asked = { expression: prototype, objectGroup };
  const { result } = (await inspector.call('Runtime.evaluate', asked)) as Remote<'result'>;
  const { objects } = (await inspector.call('Runtime.queryObjects', {
    prototypeObjectId: result.objectId,
    objectGroup,
  })) as Remote<'objects'>;
  const counting = {
    objectId: objects.objectId,
    functionDeclaration: `function () { const all = this; ${count} }`,
    returnByValue: true,
  };
  const { result: counts } = (await inspector.call('Runtime.callFunctionOn', counting)) as {
    result: { value?: unknown; description?: string };
  };
  if (typeof counts.value !== 'number') throw new Error(`${what} cannot be counted: ${counts.description}`);
  return counts.value;
}

type Remote<Name extends string> = Readonly<Record<Name, { readonly objectId: string }>>;
