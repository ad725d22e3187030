/**
 * Who may talk to this server at all, asked before routing and before any body is read, in this order: a sane request
 * line, a Host that is ours (against DNS rebinding), an Origin that is ours or none (against other web pages), a fetch
 * that comes from our own page, and a token. Any web page can reach a localhost port; none may get past here.
 */
import type { FastifyContextConfig, FastifyRequest } from 'fastify';
import type { Coordinator, Principal } from '../coordinator/facade.ts';
import { fail, ok, type Result } from '../../protocol/failures.ts';
import { isAlive } from '../coordinator/tokens.ts';
import type { OneTimeSecrets } from './one-time.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the guard; null only on addresses that need no token. */
    principal: Principal | null;
  }
  interface FastifyContextConfig {
    /** The address gives away nothing and changes nothing, so it needs no token. */
    isOpen?: boolean;
    /** A browser downloads it by itself, and cannot set headers there either: a ticket does. */
    takesTicket?: boolean;
    /** It serves the dashboard's own files, which a person may reach from a link anywhere. */
    isPage?: boolean;
  }
}

export interface GuardOptions {
  readonly coordinator: Coordinator;
  readonly tickets: OneTimeSecrets;
  readonly port: () => number;
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

export function checkRequest(
  request: FastifyRequest,
  { coordinator, tickets, port }: GuardOptions,
): Result<Principal | null> {
  const shape = checkShape(request);
  if (!shape.ok) return shape;
  const hosts = loopbackNames.map((name) => `${name}:${port()}`);
  const host = (request.headers.host ?? '').toLowerCase();
  if (!hosts.includes(host)) {
    return fail(
      'NOT_ALLOWED',
      `The Host header must be one of ${hosts.join(', ')}. Use the address in coordinator.json.`,
      { reason: 'host' },
    );
  }
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    return fail(
      'NOT_ALLOWED',
      'Requests from other web pages are not taken. Programs send no Origin header; people use the dashboard.',
      { reason: 'origin' },
    );
  }
  if (!isOwnFetch(request)) {
    return fail('NOT_ALLOWED', 'Requests that another web page makes are not taken. Open the dashboard itself.', {
      reason: 'sec_fetch_site',
    });
  }
  const { isOpen = false } = configOf(request);
  return isOpen ? ok(null) : authenticate(request, coordinator, tickets);
}

/** Two Host lines, or a target with a host of its own, let two programs read one request differently. */
function checkShape({ raw }: FastifyRequest): Result<void> {
  const hostLines = raw.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  // HTTP/1.0 knows no Host; without one it is nobody we know.
  const isHostSane = hostLines === 1 || (hostLines === 0 && raw.httpVersion === '1.0');
  if (isHostSane && raw.url?.startsWith('/') === true) return ok(undefined);
  return fail('BAD_HTTP', 'A request needs exactly one Host header and a target that begins with "/".', {
    reason: 'request_line',
  });
}

/** What cannot even be routed has none. */
const configOf = ({ routeOptions }: FastifyRequest): FastifyContextConfig => routeOptions.config ?? {};

function isOwnFetch(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return configOf(request).isPage === true && request.headers['sec-fetch-mode'] === 'navigate';
}

function authenticate(request: FastifyRequest, coordinator: Coordinator, tickets: OneTimeSecrets): Result<Principal> {
  const bearer = /^Bearer ([A-Za-z0-9_-]{20,128})$/i.exec(request.headers.authorization ?? '')?.[1];
  const principal =
    bearer === undefined ? redeemTicket(request, coordinator, tickets) : coordinator.principalOf(bearer);
  return principal === null ? tokenIsOver() : ok(principal);
}

/** Missing, wrong, or of an agent that has ended. */
export function tokenIsOver(): Extract<Result<never>, { ok: false }> {
  return fail(
    'UNAUTHENTICATED',
    'A valid token is needed: "Authorization: Bearer <token>", with $ZIGGIE_TOKEN of a living agent or the operator token that coordinator.json names.',
  );
}

/** A browser cannot set headers on a WebSocket or a download, so it brings a ticket; nothing else may. */
function redeemTicket(request: FastifyRequest, coordinator: Coordinator, tickets: OneTimeSecrets): Principal | null {
  const isSocket = request.headers.upgrade?.toLowerCase() === 'websocket';
  if (!isSocket && configOf(request).takesTicket !== true) return null;
  const query = request.query as { readonly ticket?: unknown } | null; // null: the address could not be read.
  const ticket = query?.ticket;
  const holder = typeof ticket === 'string' ? tickets.redeem(ticket) : null;
  return holder !== null && isAlive(holder, coordinator.fleet()) ? holder : null;
}
