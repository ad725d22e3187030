import { type ReactNode, Suspense, useMemo } from 'react';
import { FluentProvider, useFocusFinders } from '@fluentui/react-components';
import { ActionDialogs } from './action-dialogs.tsx';
import { ApprovalNews } from './approval-news.tsx';
import { FirstContact } from './first-contact.tsx';
import { Fleet } from './fleet.tsx';
import { Search } from './global-search.tsx';
import { HeaderTools } from './header-tools.tsx';
import { Navigation } from './navigation.tsx';
import { Notices } from './notices.tsx';
import { otherViews } from './other-views.ts';
import { PageError } from './page-error.tsx';
import { Connection, Trouble } from './connection.tsx';
import { DashboardContext, type Dashboard, useDashboardState } from './dashboard-context.ts';
import { SignInPage } from './sign-in-page.tsx';
import { useTheme } from './use-theme.ts';
import { Frame } from '../views/frame.tsx';
import type { View } from '../store/route.ts';

/** The whole page, in the theme that was chosen. */
export function App({ store, client }: Dashboard): ReactNode {
  const dashboard = useMemo(() => ({ store, client }), [store, client]);
  const { theme } = useTheme();
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
  const view = useDashboardState(({ route }) => route.view);
  // Held for as long as the page lives: when the last user of Fluent's focus management goes, and that is a dialog, what the
  // dialog hid from screen readers stays hidden, which is the whole page.
  useFocusFinders();
  if (status === 'signed_out') return <SignInPage />;
  return (
    <Frame
      nav={<Navigation />}
      search={<Search />}
      tools={<HeaderTools />}
      connection={<Connection />}
      bar={<Trouble />}
    >
      <PageError of={view}>{view === 'fleet' ? <Fleet /> : <OtherView view={view} />}</PageError>
      <ActionDialogs />
      <Notices />
      <ApprovalNews />
    </Frame>
  );
}

function OtherView({ view }: { readonly view: Exclude<View, 'fleet'> }): ReactNode {
  const isKnown = useDashboardState(({ fleetKnown }) => fleetKnown);
  const TheView = otherViews[view];
  if (!isKnown) return <FirstContact />;
  return (
    <Suspense fallback={null}>
      <TheView />
    </Suspense>
  );
}
