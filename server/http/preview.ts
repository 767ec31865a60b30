import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';

type Named = { name: string; definition: { title?: string; description?: string } };

type Deps = {
  /** The address people know the instance by, as in https://croft.example. */
  origin: () => string;
  /** What anyone may see of a unit. @throws AppError 404 */
  unit: (uuid: string) => Promise<{ name: string; owner: string; variables: Named[] }>;
  /** A variable that anyone may read. @throws AppError 404 */
  variable: (uuid: string) => Promise<{ variable: Named; unit: { name: string; owner: string } }>;
  log: Log;
};

type Preview = { title: string; description: string };

const thing = /^\/(units|variables)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
/** Pages are not rate limited; past so many lookups at once a page goes out without its preview. */
const atOnce = 4;
const mostNamed = 6;

/**
 * What a link to a public page shows where it is shared: title, description and picture (Open Graph, https://ogp.me) as
 * HTML for the page's head. '' for every other page: what is private answers exactly as what does not exist.
 */
export function createPreviews({ origin, unit, variable, log }: Deps) {
  let running = 0;

  async function previewOf(path: string): Promise<Preview | undefined> {
    if (path === '/explore') return explore;
    const [, kind, uuid = ''] = thing.exec(path) ?? [];
    if (kind === 'units') return unitPreview(await unit(uuid));
    return kind === 'variables' ? variablePreview(await variable(uuid)) : undefined;
  }

  return async (path: string): Promise<string> => {
    if (running >= atOnce) return '';
    running += 1;
    try {
      const preview = await previewOf(path);
      return preview ? tags(preview, origin(), path) : '';
    } catch (error) {
      // The page itself needs no database: it opens, and says what is wrong.
      if (!(error instanceof AppError)) log.warn({ err: error }, 'a page goes out without its preview');
      return '';
    } finally {
      running -= 1;
    }
  };
}

const explore: Preview = {
  title: 'Public units',
  description: 'Sensors and devices that people share here, with live values and their history.',
};

function unitPreview({ name, owner, variables }: Awaited<ReturnType<Deps['unit']>>): Preview {
  const names = variables.slice(0, mostNamed).map(titleOf).join(', ');
  const more = variables.length > mostNamed ? ' …' : '';
  return { title: `${name} by ${owner}`, description: `Live values and their history: ${names}${more}` };
}

function variablePreview({ variable, unit }: Awaited<ReturnType<Deps['variable']>>): Preview {
  return {
    title: `${titleOf(variable)} · ${unit.name} by ${unit.owner}`,
    description: variable.definition.description ?? `The live value and its history, from the unit ${unit.name}.`,
  };
}

const titleOf = ({ name, definition }: Named) => definition.title ?? name;

function tags({ title, description }: Preview, origin: string, path: string): string {
  const meta = {
    'og:site_name': 'Croft',
    'og:type': 'website',
    'og:title': title,
    'og:description': description,
    'og:url': origin + path,
    'og:image': `${origin}/icon-512.png`,
  };
  return [
    `<title>${escaped(`${title} · Croft`)}</title>`,
    `<meta name="description" content="${escaped(description)}">`,
    ...Object.entries(meta).map(([name, content]) => `<meta property="${name}" content="${escaped(content)}">`),
    '',
  ].join('\n');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
