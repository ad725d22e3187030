/** What others did to config.json while somebody has its form open. Pure. */
import type { Settings } from '../../../protocol/settings.ts';
import { type Edits, noEdits, same, valueOf } from './draft.ts';
import { textOf } from './field-text.ts';
import { allFields, type Field, sections } from './fields.ts';

export interface DiskChange {
  /** `limits.max_running`. */
  readonly path: string;
  readonly label: string;
  /** Name of the section that has the field. */
  readonly section: string;
  /** What it was and is; null: a runtime's, which may hold secrets. */
  readonly values: { readonly before: string; readonly after: string } | null;
  /** The form has another value that is not saved yet: a save puts it in the place of what is on disk. */
  readonly isEdited: boolean;
  /** It is not in force until the coordinator's next start. */
  readonly waits: boolean;
}

/** The fields in which the two files differ, in the order of the form. */
export function diskChanges(before: Settings, after: Settings, edits: Edits): readonly DiskChange[] {
  return allFields.flatMap((field): DiskChange[] => {
    const { path, label } = field;
    const [was, is] = [before, after].map((settings) => valueOf(settings, noEdits, path));
    if (same(was, is)) return [];
    const isRuntimes = field.kind.is === 'runtimes';
    return [
      {
        path,
        label,
        section: sections.find(({ fields }) => fields.includes(field))?.name ?? 'general',
        values: isRuntimes ? null : { before: told(field, was), after: told(field, is) },
        isEdited: edits.has(path),
        waits: after.needs_restart.some((one) => one === path || one.startsWith(`${path}.`)),
      },
    ];
  });
}

function told({ kind }: Field, value: unknown): string {
  if (value === undefined) return 'the default';
  if (value === null) return 'none';
  const text = textOf(kind, value).replaceAll('\n', ', ');
  return text === '' ? 'none' : text;
}

/** The edits that are still some against the file as it is now. */
export function rebased(after: Settings, edits: Edits): Edits {
  return new Map([...edits].filter(([path, value]) => !same(value, valueOf(after, noEdits, path))));
}

/** For the form: while the file cannot be taken, it shows what is in force. */
export const shownSettings = (settings: Settings): Settings =>
  settings.problem === null ? settings : { ...settings, file: settings.in_force };
