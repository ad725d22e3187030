/**
 * For a process that outlives the coordinator which started it: with the same token to wherever the coordinator of its root
 * is now. The address in the environment is where it was.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { discoverySchema } from '../../protocol/discovery.ts';
import type { Context } from './context.ts';

export function roaming({ connect }: Pick<Context, 'connect'>): Pick<Context, 'connect'> {
  return {
    connect: async () => {
      const found = await connect();
      if (!found.ok || found.value.root === null) return found;
      const url = await announcedAt(found.value.root);
      if (url === null || url === found.value.url) return found;
      return { ok: true, value: { ...found.value, url, client: createHttpClient({ ...found.value, url }) } };
    },
  };
}

/** null: no coordinator says where it is. */
async function announcedAt(root: string): Promise<string | null> {
  try {
    const announced = discoverySchema.safeParse(JSON.parse(await readFile(join(root, 'coordinator.json'), 'utf8')));
    return announced.success ? announced.data.url : null;
  } catch {
    return null; // It is not there, or is just being written: asked again soon.
  }
}
