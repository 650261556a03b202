// Builds the page that runs are exported as: one file of HTML with the script and the styles in it, to be given a run.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import tailwind from '@tailwindcss/postcss';
import { build } from 'esbuild';
import postcss from 'postcss';

const here = import.meta.dirname;
const source = path.join(here, 'features', 'report');
const target = path.join(here, 'dist', 'report-page.html');

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Messages of schemas in other languages than the page's: a third of the page, and nobody would see one. */
const englishOnly = {
  name: 'english-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
      loader: 'js',
    }));
  },
};

async function bundledScript() {
  const { outputFiles } = await build({
    entryPoints: [path.join(source, 'main.tsx')],
    ...{ bundle: true, write: false, minify: true, legalComments: 'none' },
    ...{ format: 'iife', platform: 'browser', target: 'es2023', jsx: 'automatic' },
    ...{ charset: 'utf8', logLevel: 'warning' },
    plugins: [englishOnly],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  // Texts of libraries may hold what ends a script.
  return outputFiles[0].text.replaceAll('</script', '<\\/script').trim();
}

async function bundledStyle() {
  const from = path.join(source, 'report.css');
  const css = await readFile(from, 'utf8');
  const { css: style } = await postcss([tailwind({ optimize: true })]).process(css, { from });
  return style.trim();
}

const [script, style] = await Promise.all([bundledScript(), bundledStyle()]);
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)}`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');
await mkdir(path.dirname(target), { recursive: true });
// `server/report/report-page.ts` writes the title and the data.
await writeFile(
  target,
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>{{title}}</title>
<style>${style}</style>
</head>
<body>
<div id="report"></div>
<noscript>This page is drawn by a script that stands in it. Allow it, or export the run as Markdown.</noscript>
<script type="application/json" id="report-data">{{data}}</script>
<script>${script}</script>
</body>
</html>
`,
);
