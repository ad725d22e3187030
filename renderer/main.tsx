/** The dashboard, from the address bar to the first view. Each line is a call into one folder. */
import './client/no-code-from-strings.ts';
import { createRoot } from 'react-dom/client';
import { takeCode } from './client/address.ts';
import { desktopBridge } from './client/bridge.ts';
import { DashboardClient } from './client/dashboard-client.ts';
import { followAddress, startClock } from './client/page.ts';
import { createTokenStore } from './client/token-store.ts';
import { App } from './connected/app.tsx';
import { createDashboardStore } from './store/dashboard-store.ts';
import './styles/base.css';

// Before anything else: the code must not stay in the address bar or the history.
const code = takeCode(window);

const store = createDashboardStore(Date.now());
const client = new DashboardClient({
  store,
  tokens: createTokenStore(() => window.sessionStorage),
  bridge: desktopBridge(),
  url: window.location.origin,
});
followAddress(store, (later) => void client.enter(later));
startClock(store);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element with the id "root".');
createRoot(root).render(<App store={store} client={client} />);
void client.enter(code);
