/**
 * The reference: valid OpenAPI 3.1, of exactly the routes there are, and committed as docs/openapi.json. After a change:
 *
 *   ZIGGIE_UPDATE_DOCS=1 npx vitest run --project unit test/unit/api/openapi.test.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../../main/api/app.ts';
import type { Address } from '../../../main/api/addresses.ts';
import { OneTimeSecrets } from '../../../main/api/one-time.ts';
import { openApiDocument } from '../../../main/api/openapi/document.ts';
import { referencePage } from '../../../main/api/openapi/page.ts';
import { actionNames } from '../../../protocol/actions.ts';
import { deployRequestSchema } from '../../../protocol/request.ts';
import { idleCoordinator } from './idle-coordinator.ts';

const committed = resolve(import.meta.dirname, '../../../docs/openapi.json');
const document = openApiDocument();
let addresses: readonly Address[] = [];
beforeAll(async () => {
  const built = await buildApp({
    coordinator: idleCoordinator,
    operatorToken: 'a'.repeat(43),
    dashboardFolder: '/nowhere',
    codes: new OneTimeSecrets(1000),
    port: () => 1,
    isStopping: () => false,
    version: '0',
    log: () => undefined,
  });
  addresses = built.addresses.all;
  await built.app.close();
});

const documented = (): string[] =>
  Object.entries(document.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`))
    .sort();

test('is a valid document of OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document) as never);
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

test('names every route there is, and no other', () => {
  const routes = addresses
    .filter(({ method, isPage }) => method !== 'HEAD' && !isPage)
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`)
    .sort();
  expect(documented()).toEqual([...new Set(routes)]);
});

test('docs/openapi.json is this document', () => {
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (process.env['ZIGGIE_UPDATE_DOCS'] === '1') writeFileSync(committed, text);
  expect(readFileSync(committed, 'utf8')).toBe(text);
});

test('every schema that is pointed to is there, and every one that is there is pointed to or is of a message', () => {
  const pointed = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
  const there = Object.keys(document.components.schemas);
  expect([...new Set(pointed)].filter((name) => !there.includes(name ?? ''))).toEqual([]);
  expect(there.filter((name) => !pointed.includes(name))).toEqual(['SocketMessage']);
});

describe('the schema of a deployment', () => {
  const schema = document.components.schemas['Deploy'] as { properties: Record<string, unknown>; required: string[] };

  test('asks for what the product asks for, and takes what it takes', () => {
    expect(schema.required).toEqual(['agent_type', 'config']);
    const fields = Object.keys(deployRequestSchema.shape).filter((name) => !['action', 'token'].includes(name));
    expect(Object.keys(schema.properties)).toEqual(fields);
    expect(schema.properties['priority']).toMatchObject({ type: 'integer', minimum: 0, maximum: 9, default: 5 });
  });
});

test('every action has an address', () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map((one) => (one as { operationId: string }).operationId),
  );
  expect(ids).toHaveLength(new Set(ids).size);
  const unlike: Readonly<Record<string, string>> = {
    deploy_batch: 'deployBatch',
    status: 'getAgent',
    list: 'listAgents',
    tree: 'getTree',
    report: 'getReport',
    submit_report: 'submitReport',
    inbox: 'readInbox',
    request_approval: 'requestApproval',
    list_approvals: 'listApprovals',
    decide_approval: 'decideApproval',
    compliance: 'getCompliance',
  };
  const of = (action: string): string =>
    unlike[action] ?? (['deploy', 'plan', 'wait', 'queue', 'intake'].includes(action) ? action : `${action}Agent`);
  expect(actionNames.filter((action) => !ids.includes(of(action)))).toEqual([]);
});

test('the page needs no script and nothing from elsewhere, and its links lead somewhere', () => {
  const page = referencePage(document);
  expect(page).not.toMatch(/<script|<img|<iframe|style=|\son\w+=/i);
  expect([...page.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map(([, address]) => address)).toEqual(['/docs.css']);
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  for (const line of documented()) expect(page).toContain(line.replaceAll('&', '&amp;'));
});
