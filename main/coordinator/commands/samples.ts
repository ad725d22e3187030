/** samples: what an agent's process tree used, look by look. */
import { ok, type Result } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { SamplesAnswer } from '../../../protocol/measures.ts';
import type { RecordOf } from '../../../protocol/record.ts';
import type { Principal } from '../facade.ts';
import type { Sample } from '../process/sampler.ts';
import { reach } from './rights.ts';

export interface SamplesDeps {
  readonly fleet: () => Fleet;
  readonly record: RecordOf;
  readonly samplesOf: (agentId: string) => readonly Sample[];
}

export function samples(
  { fleet, record, samplesOf }: SamplesDeps,
  agentId: string,
  by: Principal,
): Result<SamplesAnswer> {
  const found = reach(fleet(), by, agentId);
  if (!found.ok) return found;
  const { cpu_percent_avg, memory_mb_peak } = record(found.value);
  return ok({ agent_id: agentId, samples: samplesOf(agentId).map(onTheWire), cpu_percent_avg, memory_mb_peak });
}

const onTheWire = ({ at, cpuPercent, memoryMb, processes }: Sample) => ({
  at,
  cpu_percent: cpuPercent,
  memory_mb: memoryMb,
  processes,
});
