import { type ReactNode, useMemo } from 'react';
import { FluentProvider, webDarkTheme, webLightTheme } from '@fluentui/react-components';
import { Fleet } from './fleet.tsx';
import { Connection, Trouble } from './connection.tsx';
import { DashboardContext, type Dashboard, useDashboardState } from './dashboard-context.ts';
import { SignInPage } from './sign-in-page.tsx';
import { useDarkSystem } from './use-dark-system.ts';
import { Frame } from '../views/frame.tsx';

/** The whole page, in the system's theme. */
export function App({ store, client }: Dashboard): ReactNode {
  const dashboard = useMemo(() => ({ store, client }), [store, client]);
  const theme = useDarkSystem() ? webDarkTheme : webLightTheme;
  return (
    <FluentProvider className="app" theme={theme}>
      <DashboardContext value={dashboard}>
        <Page />
      </DashboardContext>
    </FluentProvider>
  );
}

function Page(): ReactNode {
  const status = useDashboardState(({ session }) => session.status);
  if (status === 'signed_out') return <SignInPage />;
  return (
    <Frame connection={<Connection />} bar={<Trouble />}>
      <Fleet />
    </Frame>
  );
}
