import { mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseGraph } from '@graft/graph';
import { builtProcess } from '@graft/kit/testing';
import { registry } from '@graft/nodes/definitions';
import { openWorkspace } from '../workspace.ts';

/** Three models of 110 to 150 MB with what they compute in: any two fit, all do not. */
const memory = 300e6;
const generate = { system: '', maxTokens: 4, context: 128, repeatPenalty: 1 };
const nodes = {
  base: ['base-model', {}],
  random: ['random-model', { layers: 1, width: 576, heads: 9, kvHeads: 3, feedForward: 512 }],
  documents: ['load-files', { paths: ['*.md'] }],
  chunk: ['chunk', {}],
  embed: ['embed', {}],
  questions: ['questions', { questions: 'What is red?\nWhat is blue?' }],
  prompt: ['prompt', {}],
  told: ['generate', generate],
  babbled: ['generate', generate],
} as const;
const edges = [
  ...['base.model -> random.like', 'base.model -> told.model', 'random.model -> babbled.model'],
  ...['documents.documents -> chunk.documents', 'chunk.chunks -> embed.chunks'],
  ...['questions.questions -> prompt.questions', 'prompt.prompts -> told.prompts'],
  'prompt.prompts -> babbled.prompts',
];

it('all steps succeed on a device of 300 MB that holds no more than two of their three models', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'graft-small-device-')));
  await writeFile(
    join(root, 'kiln.md'),
    '# Kiln\n\nThe night guard lights the kiln before noon.\n',
  );
  await utimes(join(root, 'kiln.md'), 1000, 1000);
  const workspace = await openWorkspace({
    ...{ root, threads: 2, memory, workerEntry: builtProcess('worker') },
  });
  try {
    const full = Object.entries(nodes).map(([id, [type, params]]) => {
      const version = registry.get(type)?.version ?? 1;
      return [id, { type, version, params }] as const;
    });
    const graph = parseGraph(JSON.stringify({ graft: 1, nodes: Object.fromEntries(full), edges }));
    const { runId, finished } = await workspace.runs.start(graph, 'small.graft.json');
    expect(await finished).toMatchObject({ status: 'succeeded' });
    const steps = await workspace.journal.steps(runId);
    expect(steps.map(({ status }) => status)).toEqual(steps.map(() => 'succeeded'));
    expect(steps).toHaveLength(Object.keys(nodes).length);
  } finally {
    await workspace[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  }
});
