/** The shown rows as files: one CSV row or one agent record each, in the order shown. */
import Papa from 'papaparse';
import { agentRecord } from '../../../protocol/record.ts';
import type { HistoryRow } from './rows.ts';

const fields = [
  'agent_id',
  'agent_type',
  'name',
  'level',
  'parent_agent',
  'status',
  'status_reason',
  'runtime',
  'model',
  'deployed_at',
  'started_at',
  'completed_at',
  'duration_seconds',
  'attempts',
  'tokens',
  'cost_usd',
  'report_verdict',
  'memory_mb_peak',
  'cpu_percent_avg',
] as const;

/**
 * What a spreadsheet would take for a formula, in any of its lines' beginnings that count: it gets an apostrophe. Own,
 * since the library's does not see a formula in front of a line break, nor one after a space or in wide characters.
 */
const formula = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** RFC 4180, with a header line. */
export function historyCsv(rows: readonly HistoryRow[]): string {
  const data = rows.map((row) => {
    const record = agentRecord(row.agent);
    return [
      row.id,
      row.type,
      record.name,
      row.level,
      record.parent_agent,
      row.status,
      record.status_reason,
      row.runtime,
      record.model,
      record.deployed_at,
      record.started_at,
      row.endedIso,
      row.seconds,
      row.attempts,
      row.tokens,
      row.costUsd,
      row.verdict,
      row.memoryMb,
      row.cpuPercent,
    ];
  });
  return `${Papa.unparse({ fields: [...fields], data }, { escapeFormulae: formula })}\r\n`;
}

/** A JSON array of agent records. */
export const historyJson = (rows: readonly HistoryRow[]): string =>
  `${JSON.stringify(
    rows.map(({ agent }) => agentRecord(agent)),
    null,
    2,
  )}\n`;
