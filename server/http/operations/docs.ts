type Operation = {
  summary: string;
  'x-access': string;
  requestBody?: unknown;
  parameters?: { name: string; in: string }[];
};
type Document = { info: { version: string }; paths: Record<string, Record<string, Operation>> };

const accessWords: Record<string, string> = {
  anyone: 'anyone',
  read: 'user, or token with scope read',
  write: 'user, or token with scope write',
  session: 'signed-in user',
  administrator: 'administrator',
};

/** The OpenAPI document as one readable page without scripts. */
export function docsPage(document: Document): string {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => section(method, path, operation)),
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Croft API</title><style>${style}</style></head><body><main><h1>Croft API ${escapeHtml(document.info.version)}</h1>
<p>The whole of it for programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1). Sign in with the session cookie, or send
<code>Authorization: Bearer &lt;API token&gt;</code>. Errors are problem+json (RFC 9457).</p>${routes.join('')}</main></body></html>`;
}

function section(method: string, path: string, operation: Operation): string {
  const names = (operation.parameters ?? []).map(({ name, in: where }) => `${escapeHtml(name)} (${where})`).join(', ');
  const body = operation.requestBody
    ? `<details><summary>Body</summary><pre>${escapeHtml(JSON.stringify(operation.requestBody, null, 2))}</pre></details>`
    : '';
  return `<section><h2><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h2><p>${escapeHtml(operation.summary)}</p>
<p class="who">For: ${escapeHtml(accessWords[operation['x-access']] ?? '')}${names && ` · Parameters: ${names}`}</p>${body}</section>`;
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;margin:0}main{max-width:60rem;margin:0 auto;padding:1rem}
h2{font-size:1rem;margin:1.5rem 0 .25rem}p{margin:.25rem 0}.who{opacity:.75;font-size:.875rem}section{border-top:1px solid #8884}pre{overflow:auto;font-size:.8125rem}`;
