/**
 * Reads `messages/<locale>.json` for Paraglide, offline (its own format plugin is fetched from a CDN at every fresh build).
 *
 * A message is a text, with `{name}` for what is filled in, or an object of plural forms chosen by `{count}`
 * (CLDR categories: one, few, many, other; https://cldr.unicode.org/index/cldr-spec/plural-rules).
 */
export default {
  key: 'croft.messages',

  toBeImportedFiles: ({ settings }) =>
    settings.locales.map((locale) => ({ locale, path: `./messages/${locale}.json` })),

  importFiles: ({ files }) => {
    const bundles = [];
    const messages = [];
    const variants = [];
    for (const { locale, content } of files) {
      for (const [bundleId, source] of Object.entries(JSON.parse(new TextDecoder().decode(content)))) {
        const plural = typeof source === 'object';
        const forms = plural ? source : { '': source };
        const inputs = inputNames(Object.values(forms).join(), plural);
        // Every language declares the same inputs; the last one read describes them all.
        bundles.push({ id: bundleId, declarations: declarationsOf(inputs, plural) });
        messages.push({ bundleId, locale, selectors: plural ? [{ type: 'variable-reference', name: 'form' }] : [] });
        for (const [form, text] of Object.entries(forms)) {
          variants.push({
            messageBundleId: bundleId,
            messageLocale: locale,
            matches: matchesOf(form),
            pattern: patternOf(text),
          });
        }
      }
    }
    return { bundles, messages, variants };
  },
};

function inputNames(text, plural) {
  const names = new Set(plural ? ['count'] : []);
  for (const [, name] of text.matchAll(/\{(\w+)\}/g)) names.add(name);
  return [...names];
}

function declarationsOf(inputs, plural) {
  const declarations = inputs.map((name) => ({ type: 'input-variable', name }));
  if (!plural) return declarations;
  const arg = { type: 'variable-reference', name: 'count' };
  const annotation = { type: 'function-reference', name: 'plural', options: [] };
  return [...declarations, { type: 'local-variable', name: 'form', value: { type: 'expression', arg, annotation } }];
}

function matchesOf(form) {
  if (form === '') return [];
  if (form === 'other') return [{ type: 'catchall-match', key: 'form' }];
  return [{ type: 'literal-match', key: 'form', value: form }];
}

function patternOf(text) {
  return text
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .map((part) =>
      /^\{\w+\}$/.test(part)
        ? { type: 'expression', arg: { type: 'variable-reference', name: part.slice(1, -1) } }
        : { type: 'text', value: part },
    );
}
