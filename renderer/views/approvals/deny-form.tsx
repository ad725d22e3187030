import { type FormEvent, type ReactNode, useState } from 'react';
import { Button, Field, Input } from '@fluentui/react-components';

interface DenyFormProps {
  /** What is denied, in words. */
  readonly what: string;
  readonly onDeny: (message: string) => void;
  readonly onCancel: () => void;
}

/** As long as the protocol takes it. */
const longestMessage = 4000;

/** Asks what the agent is to be told. Enter denies, Esc goes back. */
export function DenyForm({ what, onDeny, onCancel }: DenyFormProps): ReactNode {
  const [message, setMessage] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onDeny(message.trim());
  };
  return (
    <form
      className="approval-deny"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        onCancel();
      }}
    >
      <Field label={`Why ${what} is denied: the agent reads this as the answer and goes on with it`} size="small">
        <Input
          size="small"
          autoFocus
          value={message}
          maxLength={longestMessage}
          placeholder="May stay empty"
          onChange={(_, { value }) => setMessage(value)}
        />
      </Field>
      <div className="approval-buttons">
        <Button size="small" appearance="primary" type="submit">
          Deny
        </Button>
        <Button size="small" onClick={onCancel}>
          Cancel
        </Button>
        <span className="approval-hint">Enter denies, Esc goes back</span>
      </div>
    </form>
  );
}
