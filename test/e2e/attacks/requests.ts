/** Requests that scripts make: fetch in all its modes, its forerunners, sockets, streams and workers. */

export function armWithRequests(): void {
  const { at, add, to, deployment, fetched, patience } = globalThis.arsenal;
  const json = { 'content-type': 'application/json' };
  const bearer = { authorization: `Bearer ${at.token}` };
  const agents = '/api/coordinator/agents';
  const deploy = '/api/coordinator/deploy';

  for (const mode of ['cors', 'no-cors', 'same-origin'] as const) {
    for (const credentials of ['include', 'omit'] as const) {
      const name = `fetch GET ${mode} ${credentials}`;
      add(name, mode === 'cors' ? 'reads' : 'perhaps', (gain) =>
        fetched(gain, to(agents, name), { mode, credentials }),
      );
    }
  }
  for (const path of ['/', '/health', '/openapi.json', '/docs', '/metrics', '/api/coordinator/events', '/nothing']) {
    const name = `fetch GET of ${path}`;
    add(name, 'reads', (gain) => fetched(gain, to(path, name)));
  }
  add('fetch GET with the token', 'reads', (gain) =>
    fetched(gain, to(agents, 'fetch GET with the token'), { headers: bearer }),
  );
  add('fetch of a log with the token', 'reads', (gain) =>
    fetched(gain, to(`${agents}/${at.agentId}/log`, 'fetch of a log with the token'), { headers: bearer }),
  );
  add('fetch of a range of a log', 'reads', (gain) =>
    fetched(gain, to(`${agents}/${at.agentId}/log`, 'fetch of a range of a log'), { headers: { range: 'bytes=0-99' } }),
  );

  const post = (name: string, wins: 'changes' | 'perhaps', init: RequestInit, path = deploy): void =>
    add(name, wins, (gain) => fetched(gain, to(path, name), { method: 'POST', body: deployment(name), ...init }));
  post('POST as text/plain', 'changes', { headers: { 'content-type': 'text/plain' } });
  post('POST as text/plain, no-cors', 'changes', { mode: 'no-cors', credentials: 'include' });
  post('POST of JSON, preflighted', 'changes', { headers: json });
  post('POST of JSON with the token', 'changes', { headers: { ...json, ...bearer } });
  post('POST of JSON, no-cors with the token', 'changes', { mode: 'no-cors', headers: { ...json, ...bearer } });
  post('POST that outlives the page', 'changes', { keepalive: true, mode: 'no-cors' });
  post('POST of a file', 'changes', { mode: 'no-cors', body: new Blob(['{}']) });
  post('POST with another method in a header', 'changes', {
    headers: { ...bearer, 'x-http-method-override': 'DELETE' },
  });
  post('POST into the space of this machine', 'changes', {
    headers: { ...json, ...bearer },
    ...({ targetAddressSpace: 'loopback' } as RequestInit),
  });
  post('stop of an agent', 'changes', { mode: 'no-cors' }, `${agents}/${at.agentId}/stop`);
  post(
    'stop of an agent with the token',
    'changes',
    { headers: { ...json, ...bearer } },
    `${agents}/${at.agentId}/stop`,
  );
  post('reconcile', 'changes', { headers: { ...json, ...bearer } }, '/api/coordinator/reconcile');
  for (const method of ['PUT', 'PATCH', 'DELETE']) {
    const name = `${method} with the token`;
    const path = method === 'PUT' ? `${agents}/${at.agentId}/report` : '/api/coordinator/settings';
    add(name, 'changes', (gain) =>
      fetched(gain, to(path, name), { method, headers: { ...json, ...bearer }, body: '{"limits":{"max_running":1}}' }),
    );
  }
  add('guesses of the one-time code', 'changes', async (gain) => {
    for (const type of ['text/plain', 'application/json']) {
      for (let guess = 0; guess < 5; guess++) {
        const body = JSON.stringify({ code: String(guess).padStart(43, 'A') });
        const url = to('/api/session', 'guesses of the one-time code');
        await fetched(gain, url, { method: 'POST', headers: { 'content-type': type }, body }).catch(() => undefined);
      }
    }
  });
  post('a ticket with the token', 'changes', { headers: { ...json, ...bearer }, body: '{}' }, '/api/ticket');
  const initialize = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'page', version: '1' } },
  });
  const mcp = { ...json, accept: 'application/json, text/event-stream' };
  post('MCP', 'changes', { headers: mcp, body: initialize }, '/mcp');
  post('MCP with the token', 'changes', { headers: { ...mcp, ...bearer }, body: initialize }, '/mcp');
  post('MCP as text/plain', 'changes', { mode: 'no-cors', body: initialize }, '/mcp');

  add('XMLHttpRequest', 'reads', (gain) => {
    const request = new XMLHttpRequest();
    request.open('GET', to(agents, 'XMLHttpRequest'), false);
    request.setRequestHeader('authorization', `Bearer ${at.token}`);
    request.send();
    gain(`status ${request.status}`);
    gain(request.responseText);
  });
  for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
    const name = `beacon of ${type}`;
    add(name, 'changes', async () => {
      navigator.sendBeacon(to(deploy, name), new Blob([deployment(name)], { type }));
      await patience();
    });
  }
  for (const path of ['/mcp', '/api/coordinator/events', '/ws/coordinator']) {
    const name = `EventSource of ${path}`;
    add(name, 'reads', async (gain) => {
      const source = new EventSource(to(path, name), { withCredentials: true });
      source.addEventListener('open', () => gain('opened'));
      source.addEventListener('message', ({ data }) => gain(data));
      await patience();
      source.close();
    });
  }
  const socket = (name: string, path: string, protocols: string[] = []): void =>
    add(name, 'reads', async (gain) => {
      const opened = new WebSocket(`${at.ws}${path}`, protocols);
      opened.addEventListener('open', () => gain('socket opened'));
      opened.addEventListener('message', ({ data }) => gain(data));
      await patience();
      opened.close();
    });
  socket('WebSocket of the fleet', '/ws/coordinator');
  socket('WebSocket with a made-up ticket', `/ws/coordinator?ticket=${'A'.repeat(43)}`);
  socket('WebSocket with a true ticket', `/ws/coordinator?ticket=${at.ticket}`);
  socket('WebSocket of the logs with a true ticket', `/ws/coordinator/logs?ticket=${at.ticket}`);
  socket('WebSocket of one log with a true ticket', `/ws/coordinator/logs?agent_id=${at.agentId}&ticket=${at.ticket}`);
  socket('WebSocket with the token as a protocol', '/ws/coordinator', ['bearer', at.token]);

  add('worker that imports', 'reads', async (gain) => {
    const url = to('/', 'worker that imports');
    const code = `try { importScripts(${JSON.stringify(url)}); postMessage('ran'); } catch { postMessage(''); }`;
    const worker = new Worker(URL.createObjectURL(new Blob([code])));
    worker.addEventListener('message', ({ data }) => void (data !== '' && gain(data)));
    await patience();
    worker.terminate();
  });
  add('worker of the server', 'perhaps', async (gain) => {
    const worker = new Worker(to('/', 'worker of the server'));
    worker.addEventListener('message', ({ data }) => gain(data));
    await patience();
  });
  add('service worker of the server', 'perhaps', async (gain) => {
    await navigator.serviceWorker.register(to('/', 'service worker of the server'));
    gain('registered');
  });
  add('service worker of the attacker', 'perhaps', async (gain) => {
    const { active, installing, waiting } = await navigator.serviceWorker.register('/attack-worker.js');
    const heard = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener('message', ({ data }) => resolve(data));
    });
    (active ?? installing ?? waiting)?.postMessage({ url: to(agents, 'service worker of the attacker') });
    gain(((await heard) as string[]).join(' '));
  });
  add('import of a module', 'reads', async (gain) => {
    const url = JSON.stringify(to('/', 'import of a module'));
    const script = Object.assign(document.createElement('script'), { type: 'module' });
    script.textContent = `import ${url}; dispatchEvent(new Event('imported'));`;
    addEventListener('imported', () => gain('ran'));
    document.body.append(script);
    await patience();
  });
  for (const status of [302, 307]) {
    const away = (name: string): string =>
      `${at.own}/redirect?status=${status}&to=${encodeURIComponent(to(deploy, name))}`;
    const followed = `redirect by ${status}`;
    add(followed, 'reads', (gain) => fetched(gain, away(followed)));
    const posted = `POST redirected by ${status}`;
    add(posted, status === 307 ? 'changes' : 'perhaps', (gain) =>
      fetched(gain, away(posted), { method: 'POST', mode: 'no-cors', body: deployment(posted) }),
    );
  }
}
