import type { ReactNode } from 'react';

/** The product's mark, as on the tray and the window. */
export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 256 256" width="20" height="20" aria-hidden="true">
      <rect x="8" y="8" width="240" height="240" rx="56" fill="#2886de" />
      <path d="M68 60h120v32l-70 72h70v32H68v-32l70-72H68z" fill="#fff" />
    </svg>
  );
}
