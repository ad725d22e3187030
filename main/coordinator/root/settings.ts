/** The settings of a running coordinator: what is in force, what the file says, and changing both. */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Settings as Answer, SettingsPatch } from '../../../protocol/settings.ts';
import { replaceFileDurably } from '../ledger/atomic-file.ts';
import { checkConfig, readConfigFile } from './config-file.ts';
import { differences, liveConfig, takenUp } from './live-config.ts';
import { mergePatch } from '../../../protocol/merge-patch.ts';

const adviceForPatch = 'Nothing was changed. Correct the patch and send it again.';

export class Settings {
  readonly #path: string;
  readonly #onChange: () => void;
  #inForce: Config;
  #writing: Promise<unknown> = Promise.resolve();
  /** Always tells what is in force now. */
  readonly live: Config;

  /** `onChange` is called after settings were taken up. */
  constructor(path: string, config: Config, onChange: () => void) {
    this.#path = path;
    this.#inForce = config;
    this.#onChange = onChange;
    this.live = liveConfig(() => this.#inForce);
  }

  /** INVALID_REQUEST when the file was made invalid by hand meanwhile. */
  read(): Result<Answer> {
    const file = this.#file();
    if (!file.ok) return file;
    const wanted = checkConfig(file.value ?? {}, this.#path);
    return wanted.ok ? ok(this.#answer(file.value, wanted.value)) : wanted;
  }

  /** One after the other, so that each patch sees what the one before it wrote. Rejects when the disk refuses. */
  patch(patch: SettingsPatch): Promise<Result<Answer>> {
    const patched = this.#writing.then(() => this.#patchNow(patch));
    this.#writing = patched.catch(() => undefined);
    return patched;
  }

  async #patchNow(patch: SettingsPatch): Promise<Result<Answer>> {
    const before = this.#file();
    if (!before.ok) return before;
    const file = mergePatch(before.value ?? {}, patch);
    const wanted = checkConfig(file, this.#path, adviceForPatch);
    if (!wanted.ok) return wanted;
    // Nothing new is not written: a durable write is for what changes.
    if (JSON.stringify(file) !== JSON.stringify(before.value ?? {})) {
      await replaceFileDurably(this.#path, `${JSON.stringify(file, null, 2)}\n`);
    }
    this.#inForce = takenUp(this.#inForce, wanted.value);
    this.#onChange();
    return ok(this.#answer(before.value === null && Object.keys(file).length === 0 ? null : file, wanted.value));
  }

  #file(): Result<Record<string, unknown> | null> {
    const file = readConfigFile(this.#path);
    if (!file.ok) return file;
    const { value } = file;
    if (value === null || (typeof value === 'object' && !Array.isArray(value))) {
      return ok(value === null ? null : { ...value });
    }
    return fail('INVALID_REQUEST', `${this.#path} is not a JSON object. Correct the file by hand.`, {
      file: this.#path,
    });
  }

  #answer(file: Record<string, unknown> | null, wanted: Config): Answer {
    return { path: this.#path, in_force: this.#inForce, file, needs_restart: differences(this.#inForce, wanted) };
  }
}
