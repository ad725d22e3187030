import type { ReactNode } from 'react';

export default function SettingsPage(): ReactNode {
  return <h2>Settings</h2>;
}
