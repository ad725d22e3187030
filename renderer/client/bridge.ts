/** The desktop's gift to the page, where there is one. */
import type { DesktopBridge } from '../../protocol/desktop.ts';

/** null in an ordinary browser. */
export function desktopBridge(): DesktopBridge | null {
  return (globalThis as { ziggie?: DesktopBridge }).ziggie ?? null;
}
