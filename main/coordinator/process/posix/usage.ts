/** What the trees of runs use: by cgroup where there is one, else from the members' own figures. */
import type { RunMark, TreeUsage } from '../ownership.ts';
import type { Cgroups } from './cgroups.ts';
import { membersIn, rememberingNonceOf } from './members.ts';
import { hasEnded, livingProcesses, type ProcStat, readPageBytes, readStat, ticksPerSecond } from './proc.ts';
import { processTable } from './process-table.ts';

const bytesPerMb = 1_048_576;

export type UsageOf = (runs: readonly RunMark[]) => Promise<Map<string, TreeUsage>>;

export function usageReader(cgroups: Cgroups | null): UsageOf {
  return process.platform === 'linux' ? linuxUsage(cgroups) : portableUsage();
}

function linuxUsage(cgroups: Cgroups | null): UsageOf {
  const remembered = rememberingNonceOf();
  const pageBytes = readPageBytes();
  const everybody = (runs: readonly RunMark[]): Look => {
    const table = livingProcesses();
    const members = membersIn(table, runs, cgroups, remembered.nonceOf);
    remembered.forgetAllBut(table);
    return { table, members };
  };
  return (runs) => {
    const { table, members } = cgroups === null ? everybody(runs) : (inCgroups(runs, cgroups) ?? everybody(runs));
    const usage = (run: RunMark): TreeUsage => {
      const pids = members.get(run.nonce) ?? [];
      const stats = pids.flatMap((pid) => table.get(pid) ?? []);
      const whole = cgroups?.usage(run);
      return {
        // An agent that could not enter its cgroup has used nothing there.
        cpuSeconds: Math.max(whole?.cpuSeconds ?? 0, cpuSecondsOf(stats)),
        memoryMb: (whole?.memoryBytes || sum(stats, ({ residentPages }) => residentPages) * pageBytes) / bytesPerMb,
        processes: pids.length,
      };
    };
    return Promise.resolve(new Map(runs.map((run) => [run.nonce, usage(run)])));
  };
}

interface Look {
  readonly table: ReadonlyMap<number, ProcStat>;
  readonly members: ReadonlyMap<string, readonly number[]>;
}

/** Without a look at everybody else; null where a run may have members outside its cgroup, because it seems to have none inside. */
function inCgroups(runs: readonly RunMark[], cgroups: Cgroups): Look | null {
  const table = new Map<number, ProcStat>();
  const members = new Map<string, readonly number[]>();
  for (const run of runs) {
    const pids = cgroups.members(run);
    if (pids.length === 0) return null;
    members.set(
      run.nonce,
      pids.filter((pid) => enter(pid, table)),
    );
  }
  return { table, members };
}

function enter(pid: number, table: Map<number, ProcStat>): boolean {
  const stat = readStat(pid);
  if (stat === null || hasEnded(stat)) return false;
  table.set(pid, stat);
  return true;
}

/** Children that have ended count at the parent that collected them; orphans are lost to this. */
const cpuSecondsOf = (members: readonly ProcStat[]): number =>
  sum(members, ({ cpuTicks, collectedTicks }) => cpuTicks + collectedTicks) / ticksPerSecond;

/** macOS; untried. One `ps` for all pids. */
function portableUsage(): UsageOf {
  return async (runs) => {
    const members = membersIn(processTable(), runs, null, () => null);
    const all = [...members.values()].flat();
    const { default: pidusage } = await import('pidusage');
    const figures = all.length === 0 ? {} : await pidusage(all);
    return new Map(
      runs.map(({ nonce }) => {
        const pids = members.get(nonce) ?? [];
        const known = pids.flatMap((pid) => figures[pid] ?? []);
        const cpuSeconds = sum(known, ({ ctime }) => ctime) / 1000;
        return [
          nonce,
          { cpuSeconds, memoryMb: sum(known, ({ memory }) => memory) / bytesPerMb, processes: pids.length },
        ];
      }),
    );
  };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);
