import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { writeArtifact } from '@graft/engine';
import { Documents, Embeddings, parseGraph, Questions, type PortType } from '@graft/graph';
import { openWorkspace } from '@graft/workspace';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/find-chromium.mjs';
import { modelsFolder } from '../env.ts';
import { prose } from '../report/prose.ts';
import { serveFolder } from '../report/serve-folder.ts';
import { printTable, verdict } from '../report/table.ts';

/**
 * Outputs of any size in the inspector, through the server and Chromium: a table of 1,000,000 rows, a text of 200 MB, and
 * a map of 20,000 chunks. They are written by the runtime's own writer and put in the place of what a small run gave.
 * Needs `npm run build`, and the default embedder for three chunks.
 */
const rows = Number(process.argv[2] ?? 1_000_000);
const megabytes = Number(process.argv[3] ?? 200);
const points = Number(process.argv[4] ?? 20_000);
const bars = { ms: 1_000, memory: 300_000_000, frames: 60 };

const project = path.resolve(import.meta.dirname, '../..');
const workerEntry = path.join(project, 'apps/cli/dist/worker.mjs');
const file = 'outputs.graft.json';
const needle = 'a heron in the reeds';

function* questions(): Generator<unknown> {
  for (let at = 0; at < rows; at += 1) {
    const isLast = at === rows - 10;
    yield { id: `q${String(at)}`, question: `${prose(at % 5_000, 1)} ${isLast ? needle : ''}` };
  }
}

/** Characters of a part of a document, as files are read. */
const part = 500_000;

function* documents(): Generator<unknown> {
  const page = Array.from({ length: 400 }, (_, at) => prose(at, 12)).join('\n');
  const parts = Math.ceil((megabytes * 1e6) / part);
  for (let at = 0; at < parts; at += 1) {
    const text = page.repeat(Math.ceil(part / page.length)).slice(0, part - 40);
    yield {
      ...{ id: `long.txt#${String(at)}`, path: 'long.txt', title: `Part ${String(at + 1)}` },
      ...{ mediaType: 'text/plain', offset: at * part, line: at + 1, metadata: {} },
      text: at === parts - 1 ? `${text}\n${needle}\n` : text,
    };
  }
}

function* embeddings(): Generator<unknown> {
  for (let at = 0; at < points; at += 1) {
    const vector = Float32Array.from(
      { length: 384 },
      (_, axis) => Math.sin((at % 40) * (axis + 1)) + 0.3 * Math.sin(at * 7.13 + axis),
    );
    const place = { start: at * 100, end: at * 100 + 60, firstLine: at + 1, lastLine: at + 1 };
    const name = `notes/${String(at % 12)}.md`;
    yield {
      ...{ id: `c${String(at)}`, text: prose(at % 3_000, 2), headings: [], metadata: {}, vector },
      source: { documentId: name, path: name, title: name, ...place },
    };
  }
}

const large: Readonly<Record<string, { readonly type: PortType; readonly value: () => unknown }>> =
  {
    rows: { type: Questions, value: questions },
    text: { type: Documents, value: documents },
    embed: { type: Embeddings, value: embeddings },
  };

const graph = {
  graft: 1,
  nodes: {
    rows: { type: 'questions', version: 1, params: { questions: 'Why?' } },
    text: { type: 'load-files', version: 1, params: { paths: ['text.txt'] } },
    files: { type: 'load-files', version: 1, params: { paths: ['small.md'] } },
    chunk: { type: 'chunk', version: 1, params: {} },
    embed: { type: 'embed', version: 1, params: {} },
  },
  edges: ['chunk.chunks -> embed.chunks', 'files.documents -> chunk.documents'],
  layout: { rows: [0, 0], text: [0, 160], files: [0, 320], chunk: [280, 320], embed: [560, 320] },
};

/** Runs the small graph, and has the cache hold the large outputs for its steps. */
async function prepare(root: string): Promise<void> {
  await writeFile(path.join(root, file), JSON.stringify(graph));
  await writeFile(path.join(root, 'text.txt'), 'A text.');
  await writeFile(path.join(root, 'small.md'), '# A\n\nOne.\n');
  await using workspace = await openWorkspace({ root, workerEntry, modelsFolder });
  const { finished } = await workspace.runs.start(parseGraph(JSON.stringify(graph)), file);
  const { status, steps, error } = await finished;
  if (status !== 'succeeded') throw new Error(error?.message ?? status);
  for (const [node, { type, value }] of Object.entries(large)) {
    const key = steps.find((step) => step.node === node)?.cacheKey ?? '';
    const record = (await workspace.actions.getMany([key])).get(key);
    const [port] = Object.keys(record?.outputs ?? {});
    if (record === undefined || port === undefined) throw new Error(`${node} left no record.`);
    const written = await writeArtifact(workspace.artifacts, { port, type, value: value() });
    await workspace.actions.putMany([{ ...record, outputs: { [port]: written } }]);
  }
}

/** Waits for an element whose text begins so, looking at every frame: Playwright's own waiting looks every half second. */
async function onScreen(page: Page, selector: string, begins = ''): Promise<void> {
  await page.waitForFunction(
    ({ selector, begins }) =>
      document.querySelector(selector)?.textContent?.startsWith(begins) === true,
    { selector, begins },
    { polling: 'raf' },
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Bytes that only the page's own process holds. */
async function tabMemory(page: Page): Promise<number> {
  const browser = await page.context().browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await browser?.send('SystemInfo.getProcessInfo')) ?? {};
  const sizes = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${String(id)}/status`, 'utf8').catch(() => '');
        return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
      }),
  );
  return Math.max(0, ...sizes);
}

const measured: (readonly [what: string, value: string, bar: string])[] = [];
function note(what: string, ms: number): void {
  const bar = `≤ ${String(bars.ms)} ms: ${verdict(ms, { atMost: bars.ms })}`;
  measured.push([what, `${ms.toFixed(0)} ms`, bar]);
}

async function look(page: Page, what: string, { node, last }: { node: string; last: number }) {
  const row = (at: number) => `[data-testid="output"] [data-row="${String(at)}"]`;
  const open = async (): Promise<void> => {
    await page.getByTestId(`node-${node}`).locator('header').click();
    await onScreen(page, row(0));
  };
  note(`${what}: open`, await timed(open));
  const jump = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Last', exact: true }).click();
    await onScreen(page, row(last));
  };
  note(`${what}: jump to the end`, await timed(jump));
  const search = async (): Promise<void> => {
    await page.getByLabel('Find in all rows').fill(needle);
    await onScreen(page, '[data-testid="found"]', '1');
  };
  note(`${what}: first hit of a search, at the very end`, await timed(search));
  const bytes = await tabMemory(page);
  const bar = `≤ ${String(bars.memory / 1e6)} MB: ${verdict(bytes, { atMost: bars.memory })}`;
  measured.push([`${what}: memory of the tab`, `${(bytes / 1e6).toFixed(0)} MB`, bar]);
}

/** With nothing selected, the panel shows what the last run gave: the map. */
async function lookAtMap(page: Page, url: URL): Promise<void> {
  const come = page.waitForResponse((response) => response.url().includes('artifacts.map'), {
    timeout: 120_000,
  });
  await page.goto(url.href);
  const field = page.getByRole('application', { name: /embeddings on a map/ });
  await (await come).finished();
  note('map: drawn after its coordinates have come', await timed(() => field.waitFor()));
  const box = await field.boundingBox();
  if (box === null) throw new Error('The map has no place.');
  // Frames while the pointer goes over the points.
  await page.evaluate(
    'window.frames = []; requestAnimationFrame(function tick(at) { frames.push(at); requestAnimationFrame(tick); })',
  );
  for (let at = 0; at < 200; at += 1) {
    const [x, y] = [box.width * (0.1 + 0.004 * at), box.height * (0.5 + 0.4 * Math.sin(at / 9))];
    await page.mouse.move(box.x + x, box.y + y);
  }
  const frames = await page.evaluate<number[]>('window.frames');
  const seconds = ((frames.at(-1) ?? 0) - (frames[0] ?? 0)) / 1_000;
  const rate = (frames.length - 1) / seconds;
  const bar = `≥ ${String(bars.frames)}: ${verdict(Math.round(rate), { atLeast: bars.frames })}`;
  measured.push(['map: frames a second under the pointer', rate.toFixed(0), bar]);
}

const root = await mkdtemp(path.join(tmpdir(), 'graft-outputs-'));
try {
  await prepare(root);
  await using served = await serveFolder(root);
  const url = new URL(served.url);
  url.searchParams.set('graph', file);
  const executablePath = await findChromium();
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
    await lookAtMap(page, url);
    await page.getByTestId('node-rows').waitFor();
    await page.getByText('all reused').waitFor();
    await page.getByRole('banner').getByRole('button', { name: /^Run/ }).click();
    // Steps are reused: what they gave is large now.
    await page.getByTestId('node-rows').getByText(rows.toLocaleString('en')).waitFor();
    // What draws outputs is loaded with the first that is looked at, whatever its size.
    await page.getByTestId('node-chunk').locator('header').click();
    await page.getByRole('tab', { name: 'Output', exact: true }).click();
    await page.getByTestId('output').locator('[data-row]').first().waitFor();
    await look(page, `${rows.toLocaleString('en')} rows`, { node: 'rows', last: rows - 1 });
    const parts = Math.ceil((megabytes * 1e6) / part);
    await look(page, `${String(megabytes)} MB of text`, { node: 'text', last: parts - 1 });
  } finally {
    await browser.close();
  }
  printTable(['', 'measured', 'bar'], measured);
} finally {
  await rm(root, { recursive: true });
}
