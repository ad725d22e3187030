import { useEffect, useState } from 'react';

/**
 * For a dialog that is drawn only while it is open: when it goes, the focus goes back to where it was, or, where that is
 * gone, to the heading of the view. With the focus nowhere, Fluent's dialog leaves the page hidden from screen readers.
 */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      if (!isNowhere()) return; // Whoever closed it has moved the focus already.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
      if (isNowhere()) focusHeading();
    },
    [before],
  );
}

const isNowhere = (): boolean => document.activeElement === null || document.activeElement === document.body;

function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('main h2');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}
