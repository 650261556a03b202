import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseGraph, type Graph } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { environment } from './env.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** Edits in the midst of runs; 20 by `GRAFT_TEST_EDITS=20`. */
const edits = Number(environment['GRAFT_TEST_EDITS'] ?? '4');

let root: string;
let workspace: Workspace;
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'graft-edited-')));
  await mkdir(join(root, 'corpus'));
  workspace = await openWorkspace({ root, threads: 2 });
});
afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const nodes: Readonly<Record<string, readonly [type: string, params: object]>> = {
  files: ['load-files', { paths: ['corpus'] }],
  large: ['load-files', { paths: ['large.txt'] }],
  dataset: ['load-dataset', { files: ['rows.jsonl'] }],
  questions: ['questions', { paths: ['questions.jsonl'] }],
  chunk: ['chunk', {}],
  pieces: ['chunk', {}],
  embed: ['embed', {}],
};
const edges = [
  'files.documents -> chunk.documents',
  'large.documents -> pieces.documents',
  'chunk.chunks -> embed.chunks',
];

function graph(): Graph {
  const drawn = Object.fromEntries(
    Object.entries(nodes).map(([id, [type, params]]) => {
      const version = registry.get(type)?.version ?? 1;
      return [id, { type, version, params }];
    }),
  );
  return parseGraph(JSON.stringify({ graft: 1, nodes: drawn, edges }));
}

/** Writes all inputs so that they say `word`; of the same length each time, so that only the bytes tell. */
async function write(word: string): Promise<void> {
  const row = (_: unknown, at: number): string =>
    `${JSON.stringify({ instruction: `Which is ${word} ${String(at)}?`, output: `It is ${word}.` })}\n`;
  await Promise.all([
    ...['one', 'two', 'three'].map((name) =>
      writeFile(
        join(root, 'corpus', `${name}.md`),
        `# ${name}\n\nThe kiln of ${name} says ${word}.\n`,
      ),
    ),
    // Past what is read at once, so that an edit may fall into the midst of a reading.
    writeFile(join(root, 'large.txt'), `It says ${word}. `.repeat(100_000)),
    writeFile(join(root, 'rows.jsonl'), Array.from({ length: 20_000 }, row).join('')),
    writeFile(join(root, 'questions.jsonl'), `{"question":"What is ${word}?"}\n`),
  ]);
}

/** Digests of all that a whole run gave. */
async function results(of: Workspace): Promise<Record<string, readonly string[]>> {
  const { runId, finished } = await of.start(graph(), 'edited.graft.json');
  const { status, error } = await finished;
  expect(status, error?.message).toBe('succeeded');
  const steps = await of.runs.steps(runId);
  return Object.fromEntries(
    steps.map(({ node, outputs }) => [node, Object.values(outputs).map(({ digest }) => digest)]),
  );
}

it(
  `${String(edits)} edits at random moments of as many runs leave nothing behind in the cache`,
  async () => {
    let whole = 0;
    const statuses: Record<string, number> = {};
    for (let round = 0; round < edits; round++) {
      const word = `w${String(round).padStart(3, '0')}`;
      await write(word);
      const startedAt = performance.now();
      // It may be refused: what is written to while it is hashed has no digest.
      const edited = workspace
        .start(graph(), 'edited.graft.json')
        .then(async ({ finished }) => (await finished).status)
        .catch(() => 'refused');
      // Readings come early in a run.
      await wait(Math.random() ** 3 * (whole === 0 ? 1_000 : whole));
      await write(`x${word.slice(1)}`);
      const status = await edited;
      statuses[status] = (statuses[status] ?? 0) + 1;
      whole = performance.now() - startedAt;

      await write(word);
      const served = await results(workspace);
      const fresh = await openWorkspace({
        ...{ root, threads: 2 },
        stateFolder: join(root, `.graft-${String(round)}`),
      });
      try {
        expect(served).toEqual(await results(fresh));
      } finally {
        await fresh[Symbol.asyncDispose]();
      }
    }
    console.log(`${String(edits)} edited runs ended as ${JSON.stringify(statuses)}`);
  },
  30_000 * edits + 60_000,
);
