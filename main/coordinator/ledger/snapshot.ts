/**
 * `db.json`: the fleet at a journal position, kept by lowdb over our own durable writer. Only a cache that makes the next
 * start quick: missing, damaged or behind, it is rebuilt from the journal.
 */
import { readFileSync, renameSync } from 'node:fs';
import { type Adapter, Low } from 'lowdb';
import { type FleetSnapshot, fleetSnapshotSchema } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fromSnapshot, toSnapshot } from '../../../protocol/fleet.ts';
import { replaceFileDurably } from './atomic-file.ts';

/** A snapshot costs milliseconds per thousand agents, so a busy fleet is saved at most this often. */
const saveEveryMs = 10_000;

function snapshotAdapter(path: string, log: (line: string) => void): Adapter<FleetSnapshot> {
  return {
    read() {
      return Promise.resolve(readSnapshot(path, log));
    },
    write: (snapshot) => replaceFileDurably(path, JSON.stringify(snapshot)),
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
  #timer: NodeJS.Timeout | null = null;

  constructor(path: string, log: (line: string) => void) {
    this.#db = new Low(snapshotAdapter(path, log), toSnapshot(emptyFleet));
    this.#log = log;
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

  /** A failed save is logged only: the journal holds everything. */
  async save(fleet: Fleet): Promise<void> {
    this.#db.data = toSnapshot(fleet);
    try {
      await this.#db.write();
    } catch (error) {
      this.#log(`db.json could not be saved (the journal has everything): ${String(error)}`);
    }
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
