import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseGraph, type Graph } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorkspace, type Workspace } from '../workspace.ts';
import { moments } from './kill-moments.ts';

const workerEntry = builtProcess('worker');

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
async function write(root: string, word: string): Promise<void> {
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
  const { runId, finished } = await of.runs.start(graph(), 'edited.graft.json');
  const { status, error } = await finished;
  expect(status, error?.message).toBe('succeeded');
  const steps = await of.journal.steps(runId);
  return Object.fromEntries(
    steps.map(({ node, outputs }) => [node, Object.values(outputs).map(({ digest }) => digest)]),
  );
}

/** Edits the inputs of that many runs at moments of the seed: what the cache serves afterwards is what a fresh one computes. */
export function testEditedInputs(edits: number, seed: number): void {
  let root: string;
  let workspace: Workspace;
  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'graft-edited-')));
    await mkdir(join(root, 'corpus'));
    workspace = await openWorkspace({ root, threads: 2, workerEntry });
  });
  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  it(`${String(edits)} edits at random moments of as many runs leave nothing behind in the cache`, async () => {
    const next = moments(seed);
    let whole = 1_000;
    for (let round = 0; round < edits; round++) {
      const word = `w${String(round).padStart(3, '0')}`;
      await write(root, word);
      const startedAt = performance.now();
      // It may be refused: what is written to while it is hashed has no digest.
      const edited = workspace.runs
        .start(graph(), 'edited.graft.json')
        .then(({ finished }) => finished)
        .catch(() => undefined);
      // Readings come early in a run.
      await wait(next() ** 3 * whole);
      await write(root, `x${word.slice(1)}`);
      await edited;
      whole = performance.now() - startedAt;

      await write(root, word);
      const served = await results(workspace);
      const fresh = await openWorkspace({
        ...{ root, threads: 2, workerEntry },
        stateFolder: join(root, `.graft-${String(round)}`),
      });
      try {
        expect(served).toEqual(await results(fresh));
      } finally {
        await fresh[Symbol.asyncDispose]();
      }
    }
  });
}
