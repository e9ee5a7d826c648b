// Measures what each page loads, compressed, against the committed table; `--write` renews the table.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const TABLE = 'sizes.json';
const GROWTH = 1.05;
const SLACK_BYTES = 512; // growth below this is noise

if (!existsSync('dist/.vite/manifest.json')) {
  console.error('There is no build to measure: run "npm run build" first.');
  process.exit(2);
}
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
const table = JSON.parse(readFileSync(TABLE, 'utf8'));

const gzipped = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;

/** Every chunk that loads with an entry, its static imports included. */
function chunksOf(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const inner of manifest[key].imports ?? []) chunksOf(inner, found);
  return found;
}

function sum(keys) {
  const chunks = [...keys].map((key) => manifest[key]);
  const js = new Set(chunks.map((chunk) => chunk.file).filter((file) => file.endsWith('.js')));
  const css = new Set(chunks.flatMap((chunk) => chunk.css ?? []));
  const total = (files) => [...files].reduce((bytes, file) => bytes + gzipped(file), 0);
  return { js: total(js), css: total(css) };
}

/** What comes with a map, on top of what the page has already. */
function later(page, map) {
  const first = chunksOf(page);
  return new Set([...chunksOf(map)].filter((key) => !first.has(key)));
}

function measured() {
  const found = {};
  for (const page of ['console', 'track', 'courier', 'docs']) {
    const { js, css } = sum(chunksOf(`${page}.html`));
    found[`${page} js`] = js;
    found[`${page} css`] = css;
  }
  found['console js with map'] = found['console js'] + sum(later('console.html', 'console/map/city_map.ts')).js;
  found['track js with map'] = found['track js'] + sum(later('track.html', 'track/follow_map.ts')).js;
  const worker = Object.values(manifest).flatMap((chunk) => chunk.assets ?? []).find((file) => file.includes('maplibre-gl-worker'));
  found['map worker js'] = worker ? gzipped(worker) : 0;
  return found;
}

const now = measured();
const failures = [];
for (const [name, bytes] of Object.entries(now)) {
  const { budget, committed } = table[name] ?? {};
  const limit = Math.max((committed ?? 0) * GROWTH, (committed ?? 0) + SLACK_BYTES);
  const kib = (value) => (value === undefined ? '-' : `${(value / 1024).toFixed(1)} KiB`);
  const over = budget !== undefined && bytes > budget;
  const grew = committed !== undefined && bytes > limit;
  if (over) failures.push(`${name}: ${kib(bytes)} is over its budget of ${kib(budget)}`);
  else if (grew) failures.push(`${name}: ${kib(bytes)} grew more than 5 % over the committed ${kib(committed)}`);
  console.log(`${name.padEnd(22)} ${kib(bytes).padStart(11)}   committed ${kib(committed).padStart(11)}   budget ${kib(budget).padStart(11)}`);
}
if (process.argv.includes('--write')) {
  const renewed = Object.fromEntries(Object.entries(now).map(([name, committed]) => [name, { ...table[name], committed }]));
  writeFileSync(TABLE, `${JSON.stringify(renewed, null, 2)}\n`);
} else if (failures.length) {
  console.error(`\n${failures.join('\n')}\nIf the growth is meant: npm run size -- --write`);
  process.exit(1);
}
