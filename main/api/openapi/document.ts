/** The OpenAPI 3.1 document: a pure function of the list of operations and the schemas of the protocol. */
import { apiVersion } from '../../../protocol/discovery.ts';
import { type FailureCode, failureCatalogue } from '../../../protocol/failures.ts';
import type { Answer, Operation } from './operation.ts';
import { operations } from './operations.ts';
import { componentSchemas, inlineSchema, schemaPath } from './schemas.ts';

export type Json = Record<string, unknown>;

export interface Document extends Json {
  readonly paths: Readonly<Record<string, Json>>;
  readonly components: Json & {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly responses: Readonly<Record<string, Json>>;
  };
}

/** What the door itself may say at any address, before a route is reached. */
const always: FailureCode[] = ['BAD_HTTP', 'HEADERS_TOO_LARGE', 'REQUEST_TIMEOUT', 'NOT_ALLOWED', 'INTERNAL'];
const withToken: FailureCode[] = ['UNAUTHENTICATED', 'RATE_LIMITED', 'LIMIT_REACHED', 'STOPPING'];
const withBody: FailureCode[] = ['INVALID_REQUEST', 'TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE'];

export function openApiDocument(): Document {
  const paths: Record<string, Json> = {};
  const responses: Record<string, Json> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: written(operation, responses) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ziggie Coordinator',
      version: apiVersion,
      description:
        'Deploy, watch and stop trees of AI coding agents. The address stands in coordinator.json; every request but those marked open needs a token. Failures are problem documents (RFC 9457) with a stable code.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:54113', description: 'The usual port; coordinator.json names the real one.' }],
    security: [{ bearer: [] }],
    tags: ['Deploy', 'Watch', 'Steer', 'Wait', 'Tools', 'Operate', 'Open'].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The operator token (the file `token` below the root) reaches everything; an agent’s own (`ZIGGIE_TOKEN`) itself and what lies below it, and it ends with the agent.',
        },
      },
      responses,
      schemas: componentSchemas(),
    },
  };
}

/** Refusals are the same at many addresses: each kind is written once, among `responses`. */
function written(operation: Operation, responses: Record<string, Json>): Json {
  const { id, tag, summary, description, isOpen, operatorOnly, body } = operation;
  const words = [description, operatorOnly === true ? 'Operator only.' : undefined].filter(
    (text) => text !== undefined,
  );
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(words.length === 0 ? {} : { description: words.join(' ') }),
    ...(isOpen === true ? { security: [] } : {}),
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(ref(body)) } }),
    responses: { ...grouped(operation.answers.map(answerOf)), ...failuresOf(operation, responses) },
  };
}

function parametersOf({ path, query, headers = {} }: Operation): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    description: 'The agent’s id.',
  }));
  const { properties = {}, required = [] } = (query === undefined ? {} : inlineSchema(query)) as {
    readonly properties?: Json;
    readonly required?: readonly string[];
  };
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  const inHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    schema: { type: 'string' },
    description,
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

const ref = (name: string): Json => ({ $ref: schemaPath(name) });
const json = (schema: Json): Json => ({ 'application/json': { schema } });

function answerOf({ status, description, schema, type, headers }: Answer): [number, Json] {
  const content =
    schema !== undefined && status !== 101
      ? json(ref(schema))
      : type === undefined
        ? null
        : { [type]: { schema: { type: type === 'application/json' ? 'object' : 'string' } } };
  return [
    status,
    {
      description,
      ...(headers === undefined ? {} : { headers: headersOf(headers) }),
      ...(content === null ? {} : { content }),
    },
  ];
}

const headersOf = (headers: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

const grouped = (answers: readonly [number, Json][]): Json => Object.fromEntries(answers);

/** By status, with the codes that may stand there. */
function failuresOf({ isOpen, body, failures }: Operation, responses: Record<string, Json>): Json {
  const codes = new Set([
    ...always,
    ...(isOpen === true ? [] : withToken),
    ...(body === undefined ? [] : withBody),
    ...failures,
  ]);
  const byStatus = new Map<number, FailureCode[]>();
  for (const code of codes) {
    const { httpStatus } = failureCatalogue[code];
    byStatus.set(httpStatus, [...(byStatus.get(httpStatus) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => {
      const name = of.toSorted().join('.');
      responses[name] ??= problem(status, of);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function problem(status: number, codes: readonly FailureCode[]): Json {
  const schema = { allOf: [ref('Problem'), { type: 'object', properties: { code: { enum: codes } } }] };
  const canRetry = status === 429 || status === 503;
  return {
    description: codes.map((code) => `${code}: ${failureCatalogue[code].title}.`).join(' '),
    ...(canRetry ? { headers: headersOf({ 'Retry-After': 'Seconds after which to ask again.' }) } : {}),
    content: { 'application/problem+json': { schema } },
  };
}
