import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { experimentEventSchema, type ExperimentEvent } from '@graft/graph';
import { temporaryFolder, type Finished } from './graft-process.ts';
import { graphText } from './graph-text.ts';

export const searchFile = 'search.graft.json';
const questions = [
  { id: 'q1', question: 'What does a vase cost?', documents: ['corpus/prices.md'] },
  { id: 'q2', question: 'Who fires the kiln?', documents: ['corpus/people.md'] },
  { id: 'q3', question: 'When is tea?', documents: ['corpus/day.md'] },
];
export const corpus = {
  'prices.md': '# Prices\n\nA vase costs nine pounds. A bowl costs four.\n',
  'people.md': '# People\n\nEdda fires the kiln. Rowan keeps the keys.\n',
  'day.md': '# The day\n\nTea is at four. Work ends at six.\n',
};

/** A new folder with three documents, and a question about each. */
export async function searchWorkspace(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(path.join(folder, 'corpus'));
  for (const [name, text] of Object.entries(corpus)) {
    await writeFile(path.join(folder, 'corpus', name), text);
  }
  const lines = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  await writeFile(path.join(folder, 'questions.jsonl'), lines);
  return folder;
}

/** Every event that `graft experiment --json` printed whole. */
export const experimentEvents = (stdout: string): ExperimentEvent[] =>
  stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => experimentEventSchema.parse(JSON.parse(line)));

export function finishOf({
  stdout,
}: Pick<Finished, 'stdout'>): Extract<ExperimentEvent, { type: 'experiment.finished' }> {
  const last = experimentEvents(stdout).at(-1);
  if (last?.type !== 'experiment.finished') throw new Error('It did not end with its table.');
  return last;
}

/** The graph with experiments. */
export function withExperiments(experiments: object): string {
  return JSON.stringify({ ...searchGraph(), experiments });
}

/** `sampled`: of two of the questions. */
export function searchGraph({ sampled = false } = {}): object {
  const text = graphText(
    {
      files: ['load-files', { paths: ['corpus'] }],
      ask: ['questions', { paths: ['questions.jsonl'] }],
      ...(sampled ? { some: ['sample-rows', { share: 0, least: 2 }] } : {}),
      chunk: ['chunk'],
      embed: ['embed'],
      index: ['index'],
      retrieve: ['retrieve', { k: 3, mode: 'dense' }],
      score: ['score-hits', { k: 1 }],
    },
    [
      'files.documents -> chunk.documents',
      'chunk.chunks -> embed.chunks',
      'embed.embeddings -> index.embeddings',
      ...(sampled
        ? ['ask.questions -> some.rows', 'some.rows -> retrieve.questions']
        : ['ask.questions -> retrieve.questions']),
      'index.index -> retrieve.index',
      'retrieve.hits -> score.hits',
    ],
  );
  const graph: unknown = JSON.parse(text);
  return Object(graph);
}
