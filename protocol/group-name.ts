/** What people call a group: its `group.id`, or "wave 2" of those that name none. */
export const groupName = ({ id, wave }: { readonly id: string | null; readonly wave: number }): string =>
  id === null ? `wave ${wave}` : wave === 1 ? id : `${id} (${wave})`;
