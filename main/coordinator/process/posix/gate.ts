/**
 * The launcher of POSIX systems: a small `sh` in a session of its own. It is started before it is known what it will run,
 * waits for its order on standard input, claims the run so that it can begin only once, and writes the exit record, also
 * when no coordinator is there to see the exit. End of input instead of an order is what a coordinator's death looks
 * like: then it leaves, and nothing begins.
 */
import { claimName, exitRecordName } from '../exit-record.ts';
import type { LaunchOrder } from '../launcher.ts';

/**
 * Sent as soon as the gate exists. `/bin/sh` may be dash, bash or another shell of POSIX.
 * - `set +eu`: bash takes over the options of a SHELLOPTS that it inherits.
 * - `trap :` and not `trap ''`: the gate must outlive signals sent to its group, but an ignored signal would stay ignored
 *   in the agent, while a handler is reset there.
 * - The same for whatever else would end it when the agent signals its own group; not every shell knows all of these.
 * - `set -C` makes the redirect fail when the claim exists; the loser leaves. The claim holds the winner's pid: who cannot
 *   write it (a full disk) leaves as well, so an empty claim of a launcher that is gone says that nothing began.
 * - The log is made readable by the user alone; the agent itself gets the mask of the coordinator.
 * - `command :` and not `:`: a log that cannot be opened would end the shell there, before it can say so in the exit record.
 *   Log and prompt are tried before: the code of a redirection that failed would pass for the agent's own.
 * - The gate's own messages ("Terminated") go nowhere: its output is /dev/null. The agent's go to the log.
 * - The agent enters its cgroup by itself (0 names the writer), in the subshell that then becomes the agent: no process more,
 *   and the gate stays outside, so that it can record the exit when all members are killed. It runs without if that fails.
 * - `exec` in the subshell says 126 and 127 as the gate itself would, and puts its message into the log.
 * - The record is written by `echo`, which every shell has inside: a process (a `mv`, say) would be a member of the run, and
 *   whoever ends the members or signals the group would end it, too. It is one write; what is not whole is no record.
 */
export const gatePrelude = `
set +eu
trap : HUP INT TERM QUIT
for _zg_signal in USR1 USR2 ALRM PIPE VTALRM PROF XCPU XFSZ IO POLL PWR STKFLT; do
  command trap : "$_zg_signal"
done 2>/dev/null
finish() {
  echo '{"code":'"$1"'}' > "$_zg_run/${exitRecordName}"
  exit "$1"
}
begin() {
  set -C
  { echo "$$" > "$_zg_run/${claimName}"; } || exit 0
  set +C
  umask 077
  command : >> "$_zg_log" || finish 126
  umask "$_zg_mask"
  command : < "$_zg_input" || {
    echo "ziggie: the prompt $_zg_input cannot be opened" >> "$_zg_log"
    finish 126
  }
  CDPATH= cd -- "$_zg_dir" || finish 126
  (
    [ -z "$_zg_cgroup" ] || { echo 0 > "$_zg_cgroup/cgroup.procs"; } 2>/dev/null
    exec "$@"
  ) < "$_zg_input" >> "$_zg_log" 2>&1
  finish "$?"
}
`;

/**
 * What lets the agent go; `cgroup` is the folder it enters, null for none. The last line begins it, and the shell runs it
 * only when it has read its closing brace. So an order that was cut short begins nothing, not even with fewer arguments:
 * the shell runs into the end of its input, or into a syntax error, before it.
 */
export function gateOrder(order: LaunchOrder, cgroup: string | null): string {
  const { file, args, cwd, env, inputFile, logFile, attemptFolder } = order;
  const isKept = ([name]: readonly [string, string]): boolean => keptByShells.has(name);
  const given = Object.entries(env);
  const exports = given.filter((one) => !isKept(one)).map(([name, value]) => `export ${name}=${quote(value)}`);
  const argv = [...through(given.filter(isKept), file), file, ...args];
  const variables = {
    _zg_run: attemptFolder,
    _zg_input: inputFile,
    _zg_log: logFile,
    _zg_dir: cwd,
    _zg_mask: umask(),
    _zg_cgroup: cgroup ?? '',
  };
  const settings = Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`);
  return `${[...exports, ...settings, `{ begin ${argv.map(quote).join(' ')}; }`].join('\n')}\n`;
}

/** What some shell keeps for itself: there it cannot be set, is not passed on, or makes the shell end. */
const keptByShells = new Set([
  ...['UID', 'EUID', 'PPID', 'GROUPS', 'BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO'],
  ...['BASHPID', 'BASH_SUBSHELL', 'BASH_COMMAND', 'BASH_ARGC', 'BASH_ARGV', 'BASH_LINENO', 'BASH_SOURCE'],
  ...['IFS', 'OPTIND', 'LINENO', 'FUNCNAME', 'DIRSTACK', 'HISTCMD', 'RANDOM', 'SRANDOM'],
  ...['SECONDS', 'EPOCHSECONDS', 'EPOCHREALTIME'],
]);

/**
 * The program that sets what a shell cannot, and then becomes the agent's. It would take a program with `=` in its path for
 * one more variable: that one goes without. Everything else is exported, for arguments can be seen by other users.
 */
function through(variables: readonly (readonly [string, string])[], file: string): string[] {
  if (variables.length === 0 || file.includes('=')) return [];
  return ['/usr/bin/env', ...variables.map(([name, value]) => `${name}=${value}`)];
}

/** Named here, because asking the shell for its own would cost a process. */
const umask = (): string => process.umask().toString(8).padStart(3, '0');

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
