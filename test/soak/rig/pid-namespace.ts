/** A world of process numbers of its own, in which the next number can be chosen: so a pid is given to a stranger at will. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { childrenOf, commandLineOf } from '../../rig/proc.ts';
import { waitFor } from '../../rig/wait-for.ts';

/** Ignores the deaths of its children, so that they leave no zombie and their numbers are free at once. */
const init = ['env', '--ignore-signal=CHLD', 'sleep', '3600'];

const catchable = 'HUP INT QUIT USR1 USR2 TERM CONT ALRM';

/** Leads a session of its own, as a run's gate does, notes each signal it can catch, and starts nothing. */
const stranger = `for name in ${catchable}; do trap "echo $name >> $1/signals-$$" "$name"; done
exec 3<>"$1/never"; : > "$1/ready-$$"; while :; do read -r line <&3; done`;

/** A number is free a moment after its last user is gone; until then the next one is given, and is tried again. */
const strangers = `mkfifo "$1/never"
folder=$1; shift
for pid in "$@"; do
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid
    setsid sh -c '${stranger}' stranger "$folder" > /dev/null 2>&1 &
    [ $! = "$pid" ] && break
    kill -9 $!; wait $!; sleep 0.02
  done
  echo $!
done 2> /dev/null`;

export class PidNamespace {
  readonly #unshare: ChildProcess;
  readonly #init: number;

  private constructor(unshare: ChildProcess, its: number) {
    this.#unshare = unshare;
    this.#init = its;
  }

  /** A text: why there can be none on this machine. */
  static async make(): Promise<PidNamespace | string> {
    const options = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    const test = ['sh', '-c', 'echo 1000 > /proc/sys/kernel/ns_last_pid'];
    const tried = spawnSync('unshare', [...options, ...test], { encoding: 'utf8' });
    if (tried.status !== 0) {
      return `no pid namespace of one's own here: ${tried.error?.message ?? tried.stderr.trim()}`;
    }
    const unshare = spawn('unshare', [...options, ...init], { stdio: 'ignore' });
    const its = await waitFor('the first process of the namespace', () =>
      childrenOf(unshare.pid ?? 0).find((pid) => commandLineOf(pid).startsWith('sleep')),
    );
    return new PidNamespace(unshare, its);
  }

  /** What runs a command inside, as the child of the process it names. */
  get through(): readonly string[] {
    return ['nsenter', '--target', String(this.#init), '--pid', '--mount', '--'];
  }

  /** Runs a small shell script inside and returns what it printed. */
  run(script: string, args: readonly string[] = []): string {
    const [command = '', ...rest] = [...this.through, 'sh', '-c', script, 'inside', ...args];
    const { status, stdout, stderr } = spawnSync(command, rest, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`a script in the pid namespace ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** Gives these numbers to strangers that note signals in `folder`; returns the numbers that they really got. */
  giveToStrangers(pids: readonly number[], folder: string): number[] {
    return this.run(strangers, [folder, ...pids.map(String)])
      .split('\n')
      .filter(Boolean)
      .map(Number);
  }

  /** Those of the numbers that belong to a living stranger. */
  living(pids: readonly number[]): number[] {
    const script = 'for pid in "$@"; do grep -qs stranger "/proc/$pid/cmdline" && echo "$pid"; done; exit 0';
    return this.run(script, pids.map(String)).split('\n').filter(Boolean).map(Number);
  }

  async remove(): Promise<void> {
    const gone = once(this.#unshare, 'exit');
    process.kill(this.#init, 'SIGKILL'); // Everything inside goes with its first process.
    await gone;
  }
}
