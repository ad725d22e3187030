/**
 * The launcher of POSIX systems: a small `sh` in a session of its own that holds the agent until it is told to go, claims
 * the run so that it can begin only once, and writes the exit record, also when no coordinator is there to see the exit.
 *
 *   $1 folder of the attempt   $2 standard input of the agent   $3... the program and its arguments
 */

/** What the coordinator writes to let the agent go. End of input instead means that it died first: then nothing begins. */
export const goLine = 'go\n';
export const claimName = 'claim';
export const exitRecordName = 'exit.json';

/**
 * - `trap :` and not `trap ''`: the gate must outlive signals sent to its group, but an ignored signal would stay ignored
 *   in the agent, while a handler is reset there.
 * - `set -C` makes the redirect fail when the claim exists; the loser leaves. The claim holds the winner's pid.
 * - The gate's own messages ("Terminated") go nowhere; the agent's errors go to the log.
 * - `command -p mv` finds the system's mv whatever PATH says.
 */
export const gateScript = `
trap : HUP INT TERM QUIT
run=$1 input=$2
shift 2
read -r word || exit 0
[ "$word" = go ] || exit 0
exec 3>&2 2>/dev/null
set -C
{ echo "$$" > "$run/${claimName}"; } || exit 0
set +C
"$@" < "$input" 2>&3 3>&-
code=$?
printf '{"code":%d}\\n' "$code" > "$run/${exitRecordName}.tmp" && command -p mv -f "$run/${exitRecordName}.tmp" "$run/${exitRecordName}"
exit "$code"
`;
