/** A folder with updates on a web server of this machine, as electron-builder makes them. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface UpdateFeed {
  readonly url: string;
  /** Paths that were asked for, without their queries. */
  readonly asked: readonly string[];
  /** What its list says from now on; null: not to be found. */
  offer(version: string | null, file: string, installer: string, sha512?: string): void;
  close(): Promise<void>;
}

const list = (version: string, file: string, { length }: Buffer, sha512: string): string =>
  `version: ${version}
files:
  - url: ${file}
    sha512: ${sha512}
    size: ${length}
path: ${file}
sha512: ${sha512}
releaseDate: '2026-01-02T03:04:05.000Z'
`;

export async function updateFeed(): Promise<UpdateFeed> {
  const files = new Map<string, Buffer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://feed').pathname;
    asked.push(path);
    const file = files.get(path);
    response.writeHead(file === undefined ? 404 : 200, { 'content-length': file?.length ?? 0 }).end(file);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/ziggie`,
    asked,
    offer(version, file, installer, sha512) {
      const content = Buffer.from(installer);
      files.clear();
      if (version === null) return;
      const sum = sha512 ?? createHash('sha512').update(content).digest('base64');
      for (const name of ['latest.yml', 'latest-linux.yml']) {
        files.set(`/ziggie/${name}`, Buffer.from(list(version, file, content, sum)));
      }
      files.set(`/ziggie/${file}`, content);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
