/** What `reg.exe query KEY` prints, read. Pure. */

export interface RegistryValue {
  readonly name: string;
  /** `REG_SZ`, `REG_EXPAND_SZ`, `REG_BINARY` … */
  readonly type: string;
  /** As printed: text as it is, binary data in hexadecimal digits. */
  readonly data: string;
}

/** Four spaces stand between the columns; a name may itself hold spaces, the type never does. */
const valueLine = /^ {4}(.*?) {4}(REG_[A-Z0-9_]+)(?: {4}(.*))?$/;

/** The key's own values, in the order printed; lines of other keys below it have none and are passed over. */
export function parseRegQuery(output: string): RegistryValue[] {
  return output.split(/\r*\n/).flatMap((line) => {
    const [, name, type, data = ''] = valueLine.exec(line.trimEnd()) ?? [];
    return name === undefined || type === undefined ? [] : [{ name, type, data }];
  });
}

/** Names of registry values know no case. */
export function valueNamed(values: readonly RegistryValue[], name: string): RegistryValue | null {
  return values.find((value) => value.name.toLowerCase() === name.toLowerCase()) ?? null;
}

/**
 * Whether Task Manager has switched off what this value of StartupApproved stands for. Windows documents it nowhere; seen
 * is: twelve bytes, the first even (02, 06) for on, odd (03, 07) for off, then when it was switched off. Where there is no value it is on.
 */
export function isSwitchedOff({ data }: RegistryValue): boolean {
  const first = Number.parseInt(data.slice(0, 2), 16);
  return !Number.isNaN(first) && first % 2 === 1;
}
