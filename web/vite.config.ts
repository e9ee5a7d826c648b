// How the pages are built: hashed files under assets/, nothing inline, each also compressed.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const api = process.env['HERMOD_URL'] ?? 'http://127.0.0.1:8080';
const COMPRESSED = /\.(?:html|js|css|svg)$/;
const SMALLEST_BYTES = 1024;

/** Lay a .gz file beside each text file: the server sends it to browsers that take it. */
function compressed(folder: string): Plugin {
  return {
    name: 'hermod-compressed',
    apply: 'build',
    closeBundle() {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const file = join(folder, name);
        if (!COMPRESSED.test(name) || statSync(file).size < SMALLEST_BYTES) continue;
        writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: constants.Z_BEST_COMPRESSION }));
      }
    },
  };
}

export default defineConfig({
  plugins: [compressed('dist')],
  build: {
    target: 'es2022',
    manifest: true,
    // The pages' policy allows no data: fonts and no inline code.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rollupOptions: {
      input: { console: 'console.html', track: 'track.html', courier: 'courier.html', docs: 'docs.html' },
    },
  },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/config.json', '/openapi.json', '/basemap.pmtiles'].map((path) => [path, api]),
    ),
    fs: { allow: ['..'] },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
