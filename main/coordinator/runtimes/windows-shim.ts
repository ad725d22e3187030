/** What a `.cmd` launcher made by npm, pnpm or yarn starts. Batch files themselves need cmd.exe, which we never use. */
import path from 'node:path';

/** The quoted program or script that gets all arguments (`%*`), given from the shim's folder or absolutely. */
const started = /"(?:(?:%dp0%|%~dp0)\\?([^"%]+)|([A-Za-z]:\\[^"%]+))"\s+%\*/gi;

/** Absolute path of the `.exe` or script that the shim starts, or null when this is some other batch file. */
export function shimTarget(text: string, shimFolder: string): string | null {
  const targets = [...text.matchAll(started)].map((match) => match[1] ?? match[2] ?? '');
  const target = targets.findLast((candidate) => /\.(?:exe|com|[cm]?js)$/i.test(candidate));
  return target === undefined ? null : path.win32.resolve(shimFolder, target);
}
