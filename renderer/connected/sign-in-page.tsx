import type { ReactNode } from 'react';
import { SignIn } from '../views/sign-in.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

export function SignInPage(): ReactNode {
  const { client } = useDashboard();
  const reason = useDashboardState(({ session }) => (session.status === 'signed_out' ? session.reason : null));
  return <SignIn reason={reason} onToken={(token) => client.signIn(token)} />;
}
