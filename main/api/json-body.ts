/** The only kind of body: JSON, parsed with the same checks as a request file. An empty body is an empty object. */
import type { FastifyInstance } from 'fastify';
import { parseStrictJson } from '../../protocol/strict-json.ts';
import { CodedError } from './problem.ts';

export function acceptOnlyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    const body = String(text);
    const parsed = parseStrictJson(body.trim() === '' ? '{}' : body);
    if (parsed.ok) done(null, parsed.value);
    else done(new CodedError(parsed.failure));
  });
}
