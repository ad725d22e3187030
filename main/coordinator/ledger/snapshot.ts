/**
 * `db.json`: the fleet at a journal position, kept by lowdb over our own durable writer. Only a cache that makes the next
 * start quick: missing, damaged or behind, it is rebuilt from the journal.
 */
import { readFileSync, renameSync } from 'node:fs';
import { type Adapter, Low } from 'lowdb';
import { type FleetSnapshot, fleetSnapshotSchema } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { errorWords, type StorageHealth } from '../storage-health.ts';
import { replaceFileDurably } from './atomic-file.ts';

/** A snapshot costs milliseconds per thousand agents, so a busy fleet is saved at most this often. */
const saveEveryMs = 10_000;
/** A save that failed. */
const tryAgainMs = 2000;

function snapshotAdapter(path: string, log: (line: string) => void): Adapter<FleetSnapshot> {
  return {
    read() {
      return Promise.resolve(readSnapshot(path, log));
    },
    write: async (snapshot) => void (await replaceFileDurably(path, JSON.stringify(snapshot))),
  };
}

function readSnapshot(path: string, log: (line: string) => void): FleetSnapshot | null {
  try {
    return fleetSnapshotSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    log(`db.json is not usable and is rebuilt from the journal; the old one is kept as db.json.damaged`);
    renameSync(path, `${path}.damaged`);
    return null;
  }
}

export class SnapshotStore {
  readonly #db: Low<FleetSnapshot>;
  readonly #log: (line: string) => void;
  readonly #health: StorageHealth | null;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;
  #writing: Promise<void> = Promise.resolve();
  /** The save that has not begun yet: it takes the newest fleet of all that ask for it. */
  #next: { fleet: Fleet; readonly saved: Promise<void> } | null = null;

  constructor(path: string, log: (line: string) => void, health: StorageHealth | null = null) {
    this.#db = new Low(snapshotAdapter(path, log), toSnapshot(emptyFleet));
    this.#log = log;
    this.#health = health;
  }

  async read(): Promise<Fleet> {
    await this.#db.read();
    return fromSnapshot(this.#db.data);
  }

  /** Saves soon; many calls in a row become one save. */
  saveSoon(current: () => Fleet): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.save(current());
    }, saveEveryMs).unref();
  }

  /**
   * Settles when this fleet or a newer one is saved, or could not be. One save at a time, so that an older one can never
   * replace a newer. A failed save is said only: the journal holds everything.
   */
  save(fleet: Fleet): Promise<void> {
    if (this.#next === null) {
      const saved = this.#writing.then(() => this.#saveNext());
      this.#next = { fleet, saved };
      this.#writing = saved;
    } else if (fleet.seq >= this.#next.fleet.seq) {
      this.#next.fleet = fleet;
    }
    return this.#next.saved;
  }

  async #saveNext(): Promise<void> {
    const fleet = this.#next?.fleet;
    this.#next = null;
    if (fleet === undefined) return;
    this.#db.data = toSnapshot(fleet);
    try {
      await this.#db.write();
      this.#health?.wellAgain('snapshot');
    } catch (error) {
      this.#log(`db.json could not be saved (the journal has everything): ${String(error)}`);
      this.#health?.trouble(
        'snapshot',
        `db.json cannot be saved (${errorWords(error)}). Nothing is lost, the journal has everything; the next start takes longer.`,
      );
      this.#saveAgain(fleet);
    }
  }

  /** Whether or not anything happens meanwhile, so that the trouble ends when its reason does. */
  #saveAgain(fleet: Fleet): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.save(fleet);
    }, tryAgainMs).unref();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
