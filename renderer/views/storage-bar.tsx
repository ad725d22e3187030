import type { ReactNode } from 'react';
import type { Degradation } from '../../protocol/api.ts';
import { ago, clockTime } from '../selectors/format.ts';
import './storage-bar.css';

interface StorageBarProps {
  readonly degraded: readonly Degradation[];
  readonly now: number;
}

/** Shown only while the coordinator cannot write something: what, since when, what that means and what to do. */
export function StorageBar({ degraded, now }: StorageBarProps): ReactNode {
  if (degraded.length === 0) return null;
  return (
    <div className="storage-bar" role="alert">
      {degraded.map(({ part, since, message }) => (
        <p key={part}>
          <strong>{words[part]}</strong> <span className="storage-since">since {clockTime(since, now)}.</span>{' '}
          <span title={ago((now - Date.parse(since)) / 1000)}>{message}</span>
        </p>
      ))}
    </div>
  );
}

const words: Readonly<Record<Degradation['part'], string>> = {
  journal: 'Storage trouble: the journal',
  runs: 'Storage trouble: files of new agents',
  state_files: 'Storage trouble: state files',
  snapshot: 'Storage trouble: db.json',
  answers: 'Storage trouble: answers to request files',
};
