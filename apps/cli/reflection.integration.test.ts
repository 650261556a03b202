import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerSchema, metricRowSchema } from '@graft/graph';
import { graft } from './testing/graft-command.ts';
import { temporaryFolder } from './testing/graft-process.ts';

const file = 'reflection.graft.json';
const node = (type: string, params: object = {}): object => ({ type, version: 1, params });

/** Two questions, of which the page answers one; a model of random weights answers, and judges whether it did. */
const graph = {
  graft: 1,
  nodes: {
    files: node('load-files', { paths: ['kilns.md'] }),
    chunk: node('chunk'),
    embed: node('embed'),
    index: node('index'),
    ask: node('questions', { paths: ['questions.jsonl'] }),
    base: node('base-model'),
    model: node('random-model', { layers: 2, width: 64, heads: 4, kvHeads: 2, feedForward: 128 }),
    values: node('load-files', { paths: ['values.jsonl'], textColumns: ['value'] }),
    route: node('route', { lookup: ['how much'] }),
    'look-up': node('look-up', { keys: ['thing'] }),
    again: node('repeat', { use: '#try', while: 'open', limit: 2 }),
    score: node('evaluate'),
  },
  edges: [
    'files.documents -> chunk.documents',
    'chunk.chunks -> embed.chunks',
    'embed.embeddings -> index.embeddings',
    'ask.questions -> route.questions',
    'route.lookup -> look-up.questions',
    'values.documents -> look-up.table',
    'route.retrieve -> again.open',
    'look-up.answers -> again.answers',
    'index.index -> again.index',
    'base.model -> model.like',
    'model.model -> again.model',
    'again.answers -> score.answers',
  ],
  graphs: {
    try: {
      nodes: {
        in: node('input', { name: 'open' }),
        before: node('input', { name: 'answers', type: 'answers' }),
        index: node('input', { type: 'index' }),
        model: node('input', { type: 'model' }),
        retrieve: node('retrieve', { k: 2 }),
        grade: node('grade-hits', { by: 'model', threshold: 0, least: 1 }),
        inject: node('inject-context'),
        generate: node('generate', { maxTokens: 32 }),
        reflect: node('reflect', { by: 'model' }),
        left: node('output', { name: 'open' }),
        answers: node('output', { name: 'answers' }),
      },
      edges: [
        'in.value -> retrieve.questions',
        'index.value -> retrieve.index',
        'retrieve.hits -> grade.hits',
        'model.value -> grade.model',
        'grade.hits -> inject.hits',
        'inject.prompts -> generate.prompts',
        'model.value -> generate.model',
        'generate.answers -> reflect.answers',
        'inject.prompts -> reflect.prompts',
        'before.value -> reflect.before',
        'model.value -> reflect.model',
        'reflect.open -> left.value',
        'reflect.answers -> answers.value',
      ],
      expose: { round: 'inject.top', supported: 'reflect.supported', useful: 'reflect.useful' },
    },
  },
};

describe.skipIf(process.platform === 'win32')('a reflection on a small model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await temporaryFolder();
    const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n');
    await writeFile(path.join(folder, file), JSON.stringify(graph));
    await writeFile(
      path.join(folder, 'kilns.md'),
      '# Kilns\n\nThe eastern kiln is lit at 05:40 by Ada Thorn.\n\n# Shop\n\nThe shop opens at nine.\n',
    );
    await writeFile(path.join(folder, 'values.jsonl'), lines([{ thing: 'mug', value: '£9' }]));
    await writeFile(
      path.join(folder, 'questions.jsonl'),
      lines([
        { id: 'lit', question: 'Who lights the eastern kiln?', reference: 'Ada Thorn' },
        { id: 'parrot', question: 'What is the parrot called?', answerable: false },
        { id: 'mug', question: 'How much is a mug?', reference: '£9' },
      ]),
    );
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The answers by their questions, and the means. */
  async function run(set: readonly string[]) {
    const settings = set.flatMap((setting) => ['--set', setting]);
    const { code, stderr } = await graft(['run', file, ...settings, '--out', 'out'], {
      cwd: folder,
    });
    expect(code, stderr).toBe(0);
    const rows = async (name: string): Promise<unknown[]> =>
      (await readFile(path.join(folder, 'out', name), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const answers = (await rows('again.answers.jsonl')).map((row) => answerSchema.parse(row));
    const [summary] = (await rows('score.metrics.jsonl')).map((row) => metricRowSchema.parse(row));
    return {
      stderr,
      means: summary?.values,
      byId: new Map(answers.map((answer) => [answer.id, answer])),
    };
  }

  it('that never agrees ends at its limit, knowing nothing, with all that it has cost', async () => {
    const once = await run(['again.set.supported=0', 'again.set.useful=0']);
    const { byId, means, stderr } = await run(['again.set.supported=1']);
    expect(stderr).toContain('The loop reached its limit of 2 rounds: 2 rows of "open" are left.');
    for (const id of ['lit', 'parrot']) {
      expect(byId.get(id)).toMatchObject({ text: 'I do not know.', citations: [] });
      // Two tries, and what looking back at them read: nothing of an answer that was cut off.
      const tokens = (of: typeof byId) => of.get(id)?.promptTokens ?? 0;
      expect(tokens(byId)).toBeGreaterThanOrEqual(2 * tokens(once.byId));
    }
    expect(byId.get('mug')).toMatchObject({ text: '£9', promptTokens: 0 });
    expect(means).toMatchObject({ rightAbstention: 1, falseAbstention: 1 / 2, accuracy: 2 / 3 });
  }, 240_000);
});
