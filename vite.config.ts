import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const web = fileURLToPath(new URL('web', import.meta.url));

/** Where `npm run dev` starts the instance, beside Vite. */
const instance = 'http://127.0.0.1:8080';

export default defineConfig({
  root: web,
  plugins: [
    paraglideVitePlugin({
      project: `${web}/project.inlang`,
      outdir: `${web}/src/lib/paraglide`,
      strategy: ['localStorage', 'preferredLanguage', 'baseLocale'],
      localStorageKey: 'croft-language',
      emitReadme: false,
      emitGitIgnore: false,
      emitPrettierIgnore: false,
    }),
    tailwindcss(),
    sveltekit({
      adapter: adapter({ pages: `${web}/build`, fallback: 'shell.html', precompress: true }),
    }),
  ],
  resolve: { alias: { '#lib': `${web}/src/lib` } },
  // The first browsers with light-dark(), which the colour tokens are written in.
  build: { cssTarget: ['chrome123', 'firefox120', 'safari17.5'] },
  server: {
    proxy: { '/api': instance, '/mqtt': { target: instance, ws: true } },
    // Types come from the contracts, which lie beside web/.
    fs: { allow: [fileURLToPath(new URL('.', import.meta.url))] },
  },
});
