import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

const web = fileURLToPath(new URL('../..', import.meta.url));

/**
 * All primitives and charts on one page, outside the product. After a build:
 * `npx vite --config web/browser/gallery/vite.config.ts`
 */
export default defineConfig({
  // Not the gallery's own folder: Tailwind looks for classes below the root.
  root: web,
  cacheDir: `${web}/node_modules/.vite-gallery`,
  plugins: [tailwindcss(), svelte()],
  resolve: { alias: { '#lib': `${web}/src/lib` } },
  server: { open: '/browser/gallery/', fs: { allow: ['..'] } },
});
