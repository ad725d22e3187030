/**
 * One command line from many arguments, by the rules by which programs take it apart again (CommandLineToArgvW and the C
 * runtime): a backslash is special only before a quotation mark. No `cmd.exe` reads it, so `&`, `%`, `^` mean nothing.
 */

/** Longest command line that CreateProcessW takes, in UTF-16 units with the closing zero. */
export const commandLineLimit = 32_767;

/** `file` is the program itself: its name is taken apart by a simpler rule, and a file name holds no quotation mark. */
export function commandLine(file: string, args: readonly string[]): string {
  return [`"${file}"`, ...args.map(quoted)].join(' ');
}

function quoted(arg: string): string {
  if (arg !== '' && !/[\s"]/.test(arg)) return arg;
  // Backslashes before a quotation mark are doubled, and so are those before the closing one.
  return `"${arg.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
