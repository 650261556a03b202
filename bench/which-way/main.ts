import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseGraph, serializeGraph, tableToMarkdown } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { provideNodeTypes, startsFor } from '@graft/view';
import { openWorkspace } from '@graft/workspace';
import { whichWayFolder } from '../env.ts';
import { printTable } from '../report/table.ts';

/**
 * The start “Which way?” on data of which the right way is known: facts that only the documents have, a form that only
 * the rows have, and both. The graph is the one that the page lays for such a folder, and nothing of it is changed.
 * Arguments: names of data sets (default all three). `GRAFT_WHICH_WAY` names a folder that keeps the cache, so that a run
 * that was stopped goes on. Needs `npm run build` and the default models.
 */
const right: Readonly<Record<string, readonly string[]>> = {
  facts: ['Retrieval'],
  form: ['LoRA'],
  both: ['LoRA and retrieval', 'LoRA trained on retrieved prompts'],
};
const project = path.resolve(import.meta.dirname, '../..');
/** The data of `both` are those of the example. */
const folderOf = (name: string): string =>
  name === 'both'
    ? path.join(project, 'examples/which-way')
    : path.join(import.meta.dirname, 'data', name);
/** Not the page and the graph of the example. */
const isData = (file: string): boolean => !/README\.md$|\.graft\.json$/.test(file);
const workerEntry = path.join(project, 'apps/cli/dist/worker.mjs');
const wanted = process.argv.slice(2);
provideNodeTypes(registry);

const rows: string[][] = [];
for (const name of wanted.length === 0 ? Object.keys(right) : wanted) {
  const root =
    whichWayFolder === undefined
      ? await mkdtemp(path.join(tmpdir(), 'graft-which-way-'))
      : path.join(whichWayFolder, name);
  await mkdir(root, { recursive: true });
  try {
    await cp(folderOf(name), root, { recursive: true, filter: isData });
    await using workspace = await openWorkspace({ root, workerEntry });
    const start = startsFor(await workspace.files.material()).find(({ id }) => id === 'which-way');
    const graph = start?.lay?.();
    if (graph === undefined) throw new Error(`The start cannot be laid: ${start?.about ?? ''}`);
    const text = serializeGraph(graph);
    await writeFile(path.join(root, 'which-way.graft.json'), text);
    const { finished } = await workspace.experiments.start(
      parseGraph(text),
      'which-way.graft.json',
      {
        name: 'which-way',
      },
    );
    const { status, error, table, ms } = await finished;
    console.log(
      `## ${name}: ${status}, ${(ms / 60_000).toFixed(1)} minutes\n\n${error?.message ?? ''}`,
    );
    console.log(tableToMarkdown(table));
    const given = table.recommendation?.variant ?? 'none';
    const known = right[name] ?? [];
    rows.push([name, known.join(' or '), given, known.includes(given) ? 'met' : 'MISSED']);
  } finally {
    if (whichWayFolder === undefined) await rm(root, { recursive: true, force: true });
  }
}
printTable(['data', 'right way', 'recommended', ''], rows);
