import { type ReactNode, useState } from 'react';
import { Button, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { Mark } from './mark.tsx';
import './sign-in.css';

interface SignInProps {
  /** Why the last try failed; null when there was none. */
  readonly reason: string | null;
  readonly onToken: (token: string) => void;
}

/** How to get in, for who came without a code. */
export function SignIn({ reason, onToken }: SignInProps): ReactNode {
  const [token, setToken] = useState('');
  const usable = token.trim() !== '';
  return (
    <main className="sign-in">
      <h1>
        <Mark /> Ziggie
      </h1>
      {reason !== null && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{reason}</MessageBarBody>
        </MessageBar>
      )}
      <p>The dashboard opens with an address that holds a one-time code. Get one in either way:</p>
      <ul>
        <li>
          <code className="mono">ziggie serve</code> prints the address when it starts; add{' '}
          <code className="mono">--open</code> to open it at once.
        </li>
        <li>In the tray, choose Open dashboard.</li>
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (usable) onToken(token.trim());
        }}
      >
        <Field
          label="Or paste the operator token"
          hint="It is in the file “token” in the coordinator’s root folder, and stays in this tab only."
        >
          <Input
            type="password"
            autoComplete="off"
            className="mono"
            value={token}
            onChange={(_, { value }) => setToken(value)}
          />
        </Field>
        <Button appearance="primary" type="submit" disabled={!usable}>
          Open dashboard
        </Button>
      </form>
    </main>
  );
}
