/** Whether a command line that `reg.exe` printed starts this program. Pure. */

/**
 * reg.exe prints in the console's old code page, where a letter beyond ASCII becomes another one, a `?` or its plain
 * neighbour (`ł` an `l`). So each of them may be any one to four characters; all others must agree, whatever their case.
 */
export function startsProgram(command: string, program: string): boolean {
  const pattern = [...program].map((character) => (/^[ -~]$/.test(character) ? escaped(character) : '.{1,4}')).join('');
  return new RegExp(`^(?:"${pattern}"|${pattern})(?: |$)`, 'iu').test(command.trim());
}

/** The program at the beginning of a command line, as far as it can be told; for people to read. */
export function programOf(command: string): string {
  const [, inQuotes] = /^"([^"]*)"/.exec(command.trim()) ?? [];
  const [untilEnd] = /^.*?\.exe(?= |$)/i.exec(command.trim()) ?? [];
  return inQuotes ?? untilEnd ?? command.trim();
}

const escaped = (character: string): string => character.replace(/[$()*+./?[\\\]^{|}-]/, '\\$&');
