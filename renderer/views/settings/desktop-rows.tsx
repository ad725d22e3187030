import { type ReactNode, useId } from 'react';
import { Button, ProgressBar, Switch } from '@fluentui/react-components';
import type { LoginItem, UpdatePhase, UpdateStatus } from '../../../protocol/desktop.ts';
import { clockTime } from '../../selectors/format.ts';
import type { Shape, Tone } from '../../selectors/status-language.ts';
import { StatusShape } from '../status-shape.tsx';

interface LoginRowProps {
  /** null: not known yet. */
  readonly item: LoginItem | null;
  /** Why nothing is known, or a change did not go through; null: nothing is the matter. */
  readonly trouble: string | null;
  readonly busy: boolean;
  readonly onChange: (on: boolean) => void;
}

/** States that a switch alone would tell wrong. */
const odd: readonly LoginItem['state'][] = ['disabled_by_windows', 'other_program'];

export function LoginRow({ item, trouble, busy, onChange }: LoginRowProps): ReactNode {
  const id = useId();
  const isOn = item?.state === 'on';
  return (
    <div className="setting" data-path="desktop.login">
      <div className="setting-words">
        <label htmlFor={id}>Start at login</label>
        <p id={`${id}-words`} aria-live="polite">
          {item !== null && odd.includes(item.state) && <StatusShape shape="triangle" tone="warning" />}{' '}
          <bdi>{item?.words ?? 'Asking the desktop …'}</bdi>
        </p>
        <p>
          <span className="setting-default">
            Kept by the system for this user, not in config.json; taken up at once.
          </span>
        </p>
      </div>
      <div className="setting-box">
        <Switch
          id={id}
          aria-describedby={`${id}-words`}
          checked={isOn}
          disabled={item === null || !item.can_change || busy}
          label={isOn ? 'on' : 'off'}
          onChange={(_, { checked }) => onChange(checked)}
        />
        <div className="setting-problems" aria-live="polite">
          {trouble !== null && (
            <p>
              <StatusShape shape="cross" tone="bad" /> <bdi>{trouble}</bdi>
            </p>
          )}
        </div>
      </div>
    </div>
  );
}

interface UpdateRowProps {
  /** null: not known yet. */
  readonly status: UpdateStatus | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly busy: boolean;
  readonly onCheck: () => void;
  readonly onDownload: () => void;
  readonly onRestart: () => void;
}

const shapes: Partial<Readonly<Record<UpdatePhase, readonly [Shape, Tone]>>> = {
  up_to_date: ['check', 'good'],
  available: ['disc', 'brand'],
  ready: ['disc', 'brand'],
  failed: ['cross', 'bad'],
};

export function UpdateRow({ status, now, busy, onCheck, onDownload, onRestart }: UpdateRowProps): ReactNode {
  const [shape, tone] = shapes[status?.phase ?? 'idle'] ?? [];
  return (
    <div className="setting" data-path="desktop.version">
      <div className="setting-words">
        <span className="setting-label">This version</span>{' '}
        <span className="setting-path mono">{status?.version ?? '…'}</span>
        <p aria-live="polite">
          {shape !== undefined && tone !== undefined && <StatusShape shape={shape} tone={tone} />}{' '}
          <bdi>{status?.words ?? 'Asking the desktop …'}</bdi>
        </p>
        {status !== null && status.checked_at !== null && (
          <p>
            <span className="setting-default">Last asked: {clockTime(status.checked_at, now)}.</span>
          </p>
        )}
      </div>
      <div className="setting-box desktop-update">
        {status !== null && <UpdateButtons {...{ status, busy, onCheck, onDownload, onRestart }} />}
      </div>
    </div>
  );
}

function UpdateButtons(props: Omit<UpdateRowProps, 'now'> & { readonly status: UpdateStatus }): ReactNode {
  const { status, busy, onCheck, onDownload, onRestart } = props;
  const { phase, percent, available_version } = status;
  const again = (
    <Button size="small" disabled={busy || phase === 'checking'} onClick={onCheck}>
      {phase === 'failed' ? 'Try again' : 'Ask now'}
    </Button>
  );
  switch (phase) {
    case 'off':
    case 'unavailable':
      return null;
    case 'idle':
    case 'checking':
    case 'up_to_date':
    case 'failed':
      return again;
    case 'available':
      return (
        <>
          <Button size="small" appearance="primary" disabled={busy} onClick={onDownload}>
            Download {available_version}
          </Button>
          {again}
        </>
      );
    case 'downloading':
      return <ProgressBar aria-label={`Downloading ${available_version}`} max={100} value={percent ?? 0} />;
    case 'ready':
      return (
        <Button size="small" appearance="primary" disabled={busy} onClick={onRestart}>
          Restart to update to {available_version}…
        </Button>
      );
  }
}
