/** The dashboard's files, read once at start: a fixed list in memory, so that no address can name another file. */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

export interface PageFile {
  readonly bytes: Buffer;
  readonly type: string;
  /** Its name changes with its content, so it may be kept for ever. */
  readonly isHashed: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};

/** By address ("/", "/assets/index-1a2b.js"). Empty when the dashboard is not built. Links of either kind, hidden and unknown files are left out. */
export function readDashboard(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  if (existsSync(folder)) addFolder(files, folder, '/');
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}

function addFolder(files: Map<string, PageFile>, folder: string, address: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const info = lstatSync(path);
    const type = name.startsWith('.') ? undefined : types[extname(name)];
    if (info.isDirectory() && !name.startsWith('.')) addFolder(files, path, `${address}${name}/`);
    else if (info.isFile() && info.nlink === 1 && type !== undefined) {
      files.set(`${address}${name}`, { bytes: readFileSync(path), type, isHashed: address.startsWith('/assets/') });
    }
  }
}
