/** The decisions of identity, against a Windows of which only the answers are played; the calls themselves run under Wine. */
import { describe, expect, test } from 'vitest';
import type { Native } from '../../../../main/coordinator/process/windows/native.ts';
import { ProcessTable } from '../../../../main/coordinator/process/windows/process-table.ts';

interface Machine {
  /** By pid. */
  readonly processes: Map<number, { created: bigint; hasEnded: boolean; code: number }>;
  readonly refused: Set<number>;
  readonly open: Set<number>;
}

/** Handles are the pids. */
function windowsWith(machine: Machine): Native {
  let lastError = 0;
  const calls = {
    GetLastError: () => lastError,
    OpenProcess: (_access: number, _inherit: number, pid: number) => {
      lastError = machine.refused.has(pid) ? 5 : 87;
      if (lastError === 5 || !machine.processes.has(pid)) return 0;
      machine.open.add(pid);
      return pid;
    },
    CloseHandle: (handle: number) => (machine.open.delete(handle) ? 1 : 0),
    WaitForSingleObject: (handle: number) => (machine.processes.get(handle)?.hasEnded === true ? 0 : 258),
    GetExitCodeProcess: (handle: number, code: Buffer) => code.writeUInt32LE(machine.processes.get(handle)?.code ?? 0),
    GetProcessTimes: (handle: number, created: Buffer) =>
      created.writeBigUInt64LE(machine.processes.get(handle)?.created ?? 0n),
  };
  return calls as unknown as Native;
}

function machineWith(pid: number, created: bigint): Machine {
  return { processes: new Map([[pid, { created, hasEnded: false, code: 0 }]]), refused: new Set(), open: new Set() };
}

const identity = { pid: 12, start_time: '700', boot_id: null };

describe('who has the pid', () => {
  test('is a match by the time of creation, and then kept', () => {
    const machine = machineWith(12, 700n);
    const table = new ProcessTable(windowsWith(machine));
    expect(table.check(identity)).toBe('match');
    expect(table.handleOf(identity)).toBe(12);
    table.release(identity);
    expect(machine.open.size).toBe(0);
  });

  test('is a stranger when it was created at another time, and is let go of', () => {
    const machine = machineWith(12, 701n);
    expect(new ProcessTable(windowsWith(machine)).check(identity)).toBe('mismatch');
    expect(machine.open.size).toBe(0);
  });

  test('is unknown when Windows refuses to say, or nobody noted when it was created', () => {
    const machine = machineWith(12, 700n);
    const table = new ProcessTable(windowsWith(machine));
    expect(table.check({ ...identity, start_time: null })).toBe('unknown');
    machine.refused.add(12);
    expect(table.check(identity)).toBe('unknown');
  });

  test('is nobody when there is no such process', () => {
    const machine = machineWith(13, 700n);
    expect(new ProcessTable(windowsWith(machine)).check(identity)).toBe('gone');
  });

  test('is over when a process that was recognised has ended, and its code is known to the end', () => {
    const machine = machineWith(12, 700n);
    const table = new ProcessTable(windowsWith(machine));
    expect(table.check(identity)).toBe('match');
    expect(table.endOf(identity)).toBeNull();
    machine.processes.set(12, { created: 700n, hasEnded: true, code: 3_221_225_477 });
    expect(table.check(identity)).toBe('gone');
    expect(table.endOf(identity)?.code).toBe(3_221_225_477);
  });
});
