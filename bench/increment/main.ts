import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { prose } from '../report/prose.ts';
import { printTable, verdict } from '../report/table.ts';
import { computed, type Measured, runGraph } from './run-graph.ts';

/**
 * 10,000 documents through load-files, chunk, embed and index; then one of them is changed and the same
 * command runs again. The command is the one users type, measured from outside.
 */
const documents = Number(process.argv[2] ?? 10_000);
const bars = { share: 0.02, bytes: 1.5e9 };

const workspace = await mkdtemp(path.join(tmpdir(), 'graft-increment-'));
try {
  await writeCorpus();
  const file = path.join(workspace, 'increment.graft.json');
  await writeFile(file, graphText());
  const cold = await runGraph(file);
  await writeFile(documentPath(4321 % documents), `# Changed\n\n${prose(999_999, 8)}\n`);
  const warm = await runGraph(file);
  const again = await runGraph(file);
  report({ cold, warm, again });
} finally {
  await rm(workspace, { recursive: true });
}

function report(runs: { cold: Measured; warm: Measured; again: Measured }): void {
  const share = (run: Measured): number => run.ms / runs.cold.ms;
  const peak = (run: Measured): number => Math.max(...run.peaks.map(({ bytes }) => bytes));
  console.log(`${String(documents)} documents; the whole command, models already on disk.\n`);
  printTable(
    ['run', 'seconds', 'of cold', 'peak of a process', 'computed: files, chunks, vectors', 'index'],
    Object.entries(runs).map(([name, run]) => [
      name === 'warm' ? 'one changed' : name === 'again' ? 'nothing changed' : name,
      (run.ms / 1000).toFixed(2),
      `${(100 * share(run)).toFixed(2)} %`,
      `${(peak(run) / 1e9).toFixed(2)} GB`,
      ['files', 'chunk', 'embed'].map((node) => computed(run, node)).join(', '),
      run.finished.steps.find(({ node }) => node === 'index')?.status ?? '?',
    ]),
  );
  const spent = runs.warm.finished.steps.map(({ node, ms }) => `${node} ${String(Math.round(ms))}`);
  console.log(`\nOne changed, milliseconds by step: ${spent.join(', ')}`);
  const worst = Math.max(...Object.values(runs).map(peak));
  console.log(
    `\nBars: one changed ≤ 2 % of cold: ${verdict(share(runs.warm), { atMost: bars.share })}; peak ≤ 1.5 GB: ${verdict(worst, { atMost: bars.bytes })}`,
  );
}

function documentPath(i: number): string {
  return path.join(workspace, 'documents', String(i % 100), `${String(i)}.md`);
}

async function writeCorpus(): Promise<void> {
  for (let folder = 0; folder < 100; folder++) {
    await mkdir(path.join(workspace, 'documents', String(folder)), { recursive: true });
  }
  for (let i = 0; i < documents; i++) {
    await writeFile(documentPath(i), `# Note ${String(i)}\n\n${prose(i, 4 + (i % 9))}\n`);
  }
}

function graphText(): string {
  return `${JSON.stringify(
    {
      graft: 1,
      nodes: {
        files: { type: 'load-files', version: 1, params: { paths: ['documents/**/*.md'] } },
        chunk: { type: 'chunk', version: 1, params: {} },
        embed: { type: 'embed', version: 1, params: {} },
        index: { type: 'index', version: 1, params: {} },
      },
      edges: [
        'files.documents -> chunk.documents',
        'chunk.chunks -> embed.chunks',
        'embed.embeddings -> index.embeddings',
      ],
    },
    null,
    2,
  )}\n`;
}
