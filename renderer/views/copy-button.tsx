import { type ReactNode, useEffect, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { CopyRegular } from '@fluentui/react-icons/svg/copy';
import './copy-button.css';

type Outcome = 'none' | 'copied' | 'failed';

/** How long the button says what became of the click. */
const outcomeMs = 1500;

/** Copies `text`; `what` names it for those who do not see where the button stands. */
export function CopyButton({ what, text }: { readonly what: string; readonly text: string }): ReactNode {
  const [outcome, setOutcome] = useState<Outcome>('none');
  useEffect(() => {
    if (outcome === 'none') return undefined;
    const timer = setTimeout(() => setOutcome('none'), outcomeMs);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    );
  };
  return (
    <>
      <Button
        className="copy-button"
        size="small"
        appearance="transparent"
        icon={outcome === 'copied' ? <CheckmarkRegular /> : <CopyRegular />}
        aria-label={`Copy ${what}`}
        title={outcome === 'failed' ? 'The browser did not allow it' : 'Copy'}
        onClick={copy}
      />
      <span className="unseen" role="status">
        {outcome === 'none' ? '' : outcome === 'copied' ? `${what} copied` : `${what} could not be copied`}
      </span>
    </>
  );
}
