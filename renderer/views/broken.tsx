import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';

interface BrokenProps {
  readonly message: string;
  readonly onAgain: () => void;
}

/** In the place of a view that could not be shown. */
export function Broken({ message, onAgain }: BrokenProps): ReactNode {
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        This view could not be shown: {message}. Agents are not affected. Try again, or load the page anew.
      </MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={onAgain}>
          Try again
        </Button>
        <Button size="small" onClick={() => window.location.reload()}>
          Load the page anew
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}
