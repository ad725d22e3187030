/** What a person switched on or off, kept in this browser. Where nothing may be kept it lasts as long as the page. */
const keyOf = (name: string): string => `ziggie.${name}`;

export function readSwitch(name: string, usually: boolean): boolean {
  try {
    const kept = window.localStorage.getItem(keyOf(name));
    return kept === null ? usually : kept === 'on';
  } catch {
    return usually;
  }
}

export function writeSwitch(name: string, isOn: boolean): void {
  try {
    window.localStorage.setItem(keyOf(name), isOn ? 'on' : 'off');
  } catch {
    // Forbidden or full.
  }
}
