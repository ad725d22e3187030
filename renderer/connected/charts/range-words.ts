import type { HistoryRange } from '../../../protocol/measures.ts';

export const rangeWords: Readonly<Record<HistoryRange, string>> = { '5m': '5 min', '1h': '1 h', '24h': '24 h' };
export const rangeOptions = (['5m', '1h', '24h'] as const).map((range) => [range, rangeWords[range]] as const);
