/** Short messages at the edge of the page: what was done, or why it could not be. */
export interface Notice {
  /** From 1, one more for each. */
  readonly id: number;
  readonly intent: 'success' | 'info' | 'warning' | 'error';
  readonly text: string;
  /** Where more of it is; the notice then has a link. */
  readonly href?: string;
}

/** More would cover the page: the oldest go. */
const most = 4;

export function withOneMore(notices: readonly Notice[], notice: Omit<Notice, 'id'>): readonly Notice[] {
  const id = (notices.at(-1)?.id ?? 0) + 1;
  // The same again is said once.
  const others = notices.filter(({ intent, text }) => intent !== notice.intent || text !== notice.text);
  return [...others, { ...notice, id }].slice(-most);
}
