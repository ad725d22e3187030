/** The environment as CreateProcessW wants it: UTF-16, sorted by name whatever the case, each entry and the whole ended by a zero. */
export function environmentBlock(environment: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(environment)
    .map(([name, value]) => ({ key: name.toUpperCase(), text: `${name}=${value}` }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return Buffer.from(`${entries.map(({ text }) => `${text}\0`).join('') || '\0'}\0`, 'utf16le');
}
