import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import initSqlite from 'sql.js';
import { prose } from '../report/prose.ts';
import { printTable, verdict } from '../report/table.ts';
import { computed, type Measured, runGraph } from './run-graph.ts';

/**
 * Rows of a SQLite file through load-sql, chunk, embed and index; then one of them is changed and the same command runs
 * again. `light` leaves out embed and index, so that what reusing costs is seen beside work that costs little itself.
 */
const [given = '10000', kind = 'whole'] = process.argv.slice(2);
const rows = Number(given);
const light = kind === 'light';
const bar = 0.02;

const workspace = await mkdtemp(path.join(tmpdir(), 'graft-increment-'));
try {
  const sqlite = await initSqlite();
  const database = new sqlite.Database();
  database.exec(
    'create table articles (id integer primary key, title text, body text, price real)',
  );
  const insert = database.prepare('insert into articles values (?, ?, ?, ?)');
  database.exec('begin');
  for (let id = 1; id <= rows; id++) {
    insert.run([id, `Article ${String(id)}`, prose(id, 2 + (id % 4)), id / 4]);
  }
  database.exec('commit');
  const save = (): Promise<void> => writeFile(path.join(workspace, 'shop.db'), database.export());

  await save();
  const file = path.join(workspace, 'increment.graft.json');
  await writeFile(file, graphText());
  const cold = await runGraph(file);
  database.run('update articles set body = ? where id = ?', ['Changed.', 1 + (4321 % rows)]);
  await save();
  const warm = await runGraph(file);
  const again = await runGraph(file);
  database.close();
  report({ cold, 'one changed': warm, 'nothing changed': again });
} finally {
  await rm(workspace, { recursive: true });
}

function report(runs: { readonly cold: Measured } & Readonly<Record<string, Measured>>): void {
  const share = (run: Measured): string => `${((100 * run.ms) / runs.cold.ms).toFixed(2)} %`;
  const nodes = light ? ['sql', 'chunk'] : ['sql', 'chunk', 'embed', 'index'];
  const msOf = ({ finished }: Measured, node: string): string =>
    String(Math.round(finished.steps.find((step) => step.node === node)?.ms ?? 0));
  console.log(`${String(rows)} rows; the whole command, models already on disk.\n`);
  printTable(
    [
      'run',
      'seconds',
      'of cold',
      'CPU seconds',
      'of cold',
      'computed: chunks, vectors',
      ...nodes.map((node) => `${node} ms`),
    ],
    Object.entries(runs).map(([name, run]) => [
      name,
      (run.ms / 1000).toFixed(2),
      share(run),
      (run.cpu / 1000).toFixed(2),
      `${((100 * run.cpu) / runs.cold.cpu).toFixed(2)} %`,
      nodes
        .slice(1, 3)
        .map((node) => computed(run, node))
        .join(', '),
      ...nodes.map((node) => msOf(run, node)),
    ]),
  );
  const changed = runs['one changed'];
  if (changed === undefined) return;
  const part = changed.ms / runs.cold.ms;
  console.log(`\nBar: one changed ≤ 2 % of cold: ${verdict(part, { atMost: bar })}`);
}

function graphText(): string {
  const query = 'select id, title, body, price from articles order by id';
  const nodes = {
    sql: {
      ...{ type: 'load-sql', version: 1 },
      params: { file: 'shop.db', query, id: 'id', textColumns: ['body'], limit: 10_000_000 },
    },
    chunk: { type: 'chunk', version: 1, params: {} },
  };
  const learning = {
    embed: { type: 'embed', version: 1, params: {} },
    index: { type: 'index', version: 1, params: {} },
  };
  const edges = ['sql.documents -> chunk.documents'];
  const more = ['chunk.chunks -> embed.chunks', 'embed.embeddings -> index.embeddings'];
  return JSON.stringify({
    graft: 1,
    nodes: light ? nodes : { ...nodes, ...learning },
    edges: light ? edges : [...edges, ...more],
  });
}
