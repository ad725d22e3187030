/** The reference as a page: no script, nothing from elsewhere, its own style sheet. */
import type { Document, Json } from './document.ts';

interface Shown {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly parameters: readonly { name: string; in: string; schema: Json; description?: string }[];
  readonly requestBody?: Json;
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

interface Response {
  readonly description: string;
  readonly content?: Json;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

export function referencePage(document: Document): string {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, shown]) => ({ path, method, shown: shown as Shown })),
  );
  const tags = [...new Set(all.flatMap(({ shown }) => shown.tags))];
  const sections = tags.map((tag) => {
    const rows = all.filter(({ shown }) => shown.tags.includes(tag));
    return `<h2 id="${tag}">${tag}</h2>\n${rows.map(({ path, method, shown }) => operation(path, method, shown, document)).join('\n')}`;
  });
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      `<details id="${name}"><summary><code>${name}</code></summary><pre>${linked(escaped(JSON.stringify(schema, null, 2)))}</pre></details>`,
  );
  const nav = [...tags, 'Schemas'].map((tag) => `<a href="#${tag}">${tag}</a>`).join(' ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Ziggie Coordinator: the API</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<main>
<h1>Ziggie Coordinator: the API</h1>
<p>Send <code>Authorization: Bearer &lt;token&gt;</code> with every request that is not marked open, and bodies as <code>Content-Type: application/json</code>.
The operator token stands in the file <code>token</code> below the root; an agent finds its own in <code>ZIGGIE_TOKEN</code>.
For programs: <code>GET /openapi.json</code>.</p>
<nav>${nav}</nav>
${sections.join('\n')}
<h2 id="Schemas">Schemas</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`;
}

function operation(path: string, method: string, shown: Shown, { components }: Document): string {
  const whole = (response: Response | { readonly $ref: string }): Response =>
    '$ref' in response
      ? (components.responses[response.$ref.slice('#/components/responses/'.length)] as unknown as Response)
      : response;
  const open = shown.security === undefined ? '' : ' <em>open</em>';
  const parameters = shown.parameters.map(
    (one) =>
      `<tr><td><code>${escaped(one.name)}</code></td><td>${one.in}</td><td>${linked(escaped(one.description ?? JSON.stringify(one.schema)))}</td></tr>`,
  );
  const responses = Object.entries(shown.responses).map(([status, response]) => {
    const { description, content } = whole(response);
    return `<tr><td>${status}</td><td>${escaped(description)}</td><td>${linked(escaped(schemaIn(content)))}</td></tr>`;
  });
  const body =
    shown.requestBody === undefined ? '' : `<p>Body: ${linked(escaped(schemaIn(shown.requestBody['content'])))}</p>`;
  const description = shown.description === undefined ? '' : `<p>${escaped(shown.description)}</p>`;
  return `<section id="${shown.operationId}">
<h3><code>${method.toUpperCase()} ${escaped(path)}</code>${open}</h3>
<p><strong>${escaped(shown.summary)}</strong></p>
${description}
${parameters.length === 0 ? '' : `<table>${parameters.join('')}</table>`}
${body}
<table>${responses.join('')}</table>
</section>`;
}

/** The schema's path where there is one; problem documents are all the same. */
function schemaIn(content: unknown): string {
  const text = JSON.stringify(content ?? '');
  return /"\$ref":"([^"]+)"/.exec(text)?.[1] ?? '';
}

const linked = (html: string): string =>
  html.replaceAll(/#\/components\/schemas\/(\w+)/g, (_path, name: string) => `<a href="#${name}">${name}</a>`);

export const referenceStyle = `:root { color-scheme: light dark; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav { position: sticky; top: 0; padding: 0.5rem 0; background: Canvas; }
nav a { margin-right: 1rem; }
section { border-top: 1px solid GrayText; padding: 0.5rem 0; scroll-margin-top: 3rem; }
h2, details { scroll-margin-top: 3rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
td { padding: 0.2rem 0.6rem 0.2rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
td:nth-child(3) { overflow-wrap: anywhere; min-width: 9rem; }
h3, p { overflow-wrap: anywhere; }
`;
