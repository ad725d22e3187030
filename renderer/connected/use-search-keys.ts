/** Keys that go to a search from wherever nothing is being written. */
import { useEffect } from 'react';

type Field = { readonly current: HTMLInputElement | null };

export const isWriting = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]');

/** Ctrl+K from everywhere, and `/` where the view has no search of its own that took it. */
export function useSearchKeys(field: Field): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const withControl = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
      const isAsked = withControl ? event.key === 'k' : event.key === '/' && !isWriting(event);
      // A dialog is answered first.
      if (!isAsked || event.defaultPrevented || document.querySelector('[aria-modal="true"]') !== null) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [field]);
}
