/** A time as a person types it: `14:05`, `14:05:30`, `2025-11-09 14:05`, or a whole ISO time. null: none of these. */
export function askedTime(text: string, now: number): number | null {
  const trimmed = text.trim();
  const ofDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed);
  if (ofDay !== null) {
    const [hours, minutes, seconds] = [ofDay[1], ofDay[2], ofDay[3] ?? '0'].map(Number);
    if ((hours ?? 24) > 23 || (minutes ?? 60) > 59 || (seconds ?? 60) > 59) return null;
    return new Date(now).setHours(hours ?? 0, minutes ?? 0, seconds ?? 0, 0);
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(trimmed)) return null;
  const at = Date.parse(trimmed.replace(' ', 'T'));
  return Number.isNaN(at) ? null : at;
}
