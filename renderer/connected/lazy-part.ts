import { type ComponentType, lazy, type LazyExoticComponent } from 'react';
import { renewPage } from '../client/renew-page.ts';

/** A part of the page that is fetched when it is first shown, however long the coordinator is away just then. */
export const lazyPart = <P>(
  load: () => Promise<{ default: ComponentType<P> }>,
): LazyExoticComponent<ComponentType<P>> => lazy(() => load().catch(renewPage));
