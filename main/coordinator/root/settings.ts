/** The settings of a running coordinator: what is in force, what the file says, and changing both. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Settings as Answer, SettingsPatch } from '../../../protocol/settings.ts';
import type { Clock } from '../clock.ts';
import { replaceFileDurably } from '../ledger/atomic-file.ts';
import { checkConfig, type ConfigFile, readConfigFile, revisionOf } from './config-file.ts';
import { differences, liveConfig, takenUp } from './live-config.ts';
import { mergePatch } from '../../../protocol/merge-patch.ts';

const adviceForPatch = 'Nothing was changed. Correct the patch and send it again.';

/** Another config.json. `at`: ISO 8601. */
export interface ConfigChange {
  readonly revision: string;
  readonly at: string;
}

export interface SettingsOptions {
  readonly path: string;
  /** In force from the start on. */
  readonly config: Config;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: (line: string) => void;
  /** Called after settings were taken up. */
  readonly onChange: () => void;
}

export class Settings {
  readonly #options: SettingsOptions;
  readonly #listeners = new Set<(change: ConfigChange) => void>();
  #inForce: Config;
  #revision: string;
  #changed: Answer['changed'] = null;
  #writing: Promise<unknown> = Promise.resolve();
  #isWriting = false;
  /** Always tells what is in force now. */
  readonly live: Config;

  constructor(options: SettingsOptions) {
    this.#options = options;
    this.#inForce = options.config;
    this.#revision = readConfigFile(options.path).revision;
    this.live = liveConfig(() => this.#inForce);
  }

  /** Calls back after each change of the file. Returns the unsubscribe. */
  subscribe(listener: (change: ConfigChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  read(): Result<Answer> {
    return ok(this.#answer(this.look()));
  }

  /** Takes up what somebody else wrote into the file since the last look. What is not valid changes nothing, and is said. */
  look(): ConfigFile {
    const file = readConfigFile(this.#options.path);
    if (file.revision !== this.#revision && !this.#isWriting) this.#onEdited(file);
    return file;
  }

  /**
   * One after the other, so that each patch sees what the one before it wrote. Rejects when the disk refuses. CONFIG_CHANGED:
   * the file is none of the revisions that it was made `against`; null: against whatever there is.
   */
  patch(patch: SettingsPatch, against: readonly string[] | null = null): Promise<Result<Answer>> {
    const patched = this.#writing.then(() => this.#patchNow(patch, against));
    this.#writing = patched.catch(() => undefined);
    return patched;
  }

  async #patchNow(patch: SettingsPatch, against: readonly string[] | null): Promise<Result<Answer>> {
    for (;;) {
      const before = this.look();
      if (against !== null && !against.includes(before.revision)) return this.#changedMeanwhile(before, against);
      const held = this.#objectOf(before);
      if (!held.ok) return held;
      const file = mergePatch(held.value ?? {}, patch);
      const wanted = checkConfig(file, this.#options.path, adviceForPatch);
      if (!wanted.ok) return wanted;
      // Nothing new is not written: a durable write is for what changes.
      const isNew = JSON.stringify(file) !== JSON.stringify(held.value ?? {});
      const text = `${JSON.stringify(file, null, 2)}\n`;
      if (isNew && !(await this.#write(text, before.revision))) continue;
      this.#inForce = takenUp(this.#inForce, wanted.value);
      this.#options.onChange();
      if (isNew) this.#tell(revisionOf(text), { at: this.#options.clock.now(), by: 'request' });
      // Looked at again: what somebody else wrote right behind is not hidden by what was written here.
      return ok(this.#answer(this.look()));
    }
  }

  /** False when somebody else was quicker: what they wrote stays. */
  async #write(text: string, over: string): Promise<boolean> {
    const { path } = this.#options;
    this.#isWriting = true;
    try {
      const isStill = (): boolean => readConfigFile(path).revision === over;
      return await replaceFileDurably(path, text, isStill);
    } finally {
      this.#isWriting = false;
    }
  }

  #changedMeanwhile({ revision }: ConfigFile, against: readonly string[]): Result<never> {
    const when = this.#changed === null ? '' : ` at ${this.#changed.at}`;
    return fail(
      'CONFIG_CHANGED',
      `${this.#options.path} was changed${when}: it is revision ${revision}, the change was made against ${against.join(', ') || 'another one'}. Nothing was changed. Get the settings again, see what is new in them, and save again.`,
      { revision, against, changed: this.#changed },
    );
  }

  #onEdited(file: ConfigFile): void {
    const { log, clock, onChange } = this.#options;
    const wanted = this.#judged(file);
    if (wanted.ok) {
      const before = this.#inForce;
      this.#inForce = takenUp(before, wanted.value);
      log(editedWords(differences(before, this.#inForce), differences(this.#inForce, wanted.value)));
    } else log(`${wanted.failure.message} The settings from before stay in force.`);
    this.#tell(file.revision, { at: file.writtenAt ?? clock.now(), by: 'disk' });
    if (wanted.ok) onChange();
  }

  #tell(revision: string, changed: NonNullable<Answer['changed']>): void {
    this.#revision = revision;
    this.#changed = changed;
    for (const listener of this.#listeners) listener({ revision, at: changed.at });
  }

  #judged({ content }: ConfigFile): Result<Config> {
    return content.ok ? checkConfig(content.value ?? {}, this.#options.path) : content;
  }

  #objectOf(file: ConfigFile): Result<Record<string, unknown> | null> {
    const { content } = file;
    if (!content.ok) return content;
    if (content.value === null || isObject(content.value)) return ok(content.value);
    const { path } = this.#options;
    return fail('INVALID_REQUEST', `${path} is not a JSON object. Correct the file by hand.`, { file: path });
  }

  #answer(file: ConfigFile): Answer {
    const wanted = this.#judged(file);
    return {
      path: this.#options.path,
      in_force: this.#inForce,
      file: file.content.ok && isObject(file.content.value) ? file.content.value : null,
      needs_restart: wanted.ok ? differences(this.#inForce, wanted.value) : [],
      revision: file.revision,
      changed: this.#changed,
      problem: wanted.ok ? null : wanted.failure.message,
    };
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function editedWords(taken: readonly string[], waiting: readonly string[]): string {
  const parts = [
    ...(taken.length === 0 ? [] : [`in force now: ${taken.join(', ')}`]),
    ...(waiting.length === 0 ? [] : [`at the next start: ${waiting.join(', ')}`]),
  ];
  return `config.json was changed on disk; ${parts.join('; ') || 'no setting is another'}`;
}
