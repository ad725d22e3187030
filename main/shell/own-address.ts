/** Which addresses are the coordinator's own. */

/** True if `address` is of exactly this origin; an address that cannot be read is not. */
export function isOwnAddress(address: string, origin: string): boolean {
  return URL.canParse(address) && new URL(address).origin === origin;
}
