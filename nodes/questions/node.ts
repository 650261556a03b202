import { defineNode, type ParamMeta, Questions } from '@graft/graph';
import { z } from 'zod';

export const questions = defineNode({
  type: 'questions',
  version: 1,
  implementation: 5,
  title: 'Questions',
  group: 'sources',
  doc: 'Questions that you type, one per line, or that are read from JSONL and CSV files. A file can also give ids, reference answers, choices, and the documents that hold the answers.',
  synonyms: ['queries', 'user input'],
  inputs: {},
  outputs: {
    questions: { type: Questions, doc: 'The questions; typed ones first.' },
  },
  params: z.strictObject({
    questions: z
      .string()
      .default('')
      .meta({
        title: 'Questions',
        description: 'One question per line. Blank lines are ignored.',
        control: 'questions',
      } satisfies ParamMeta),
    paths: z
      .array(z.string().min(1))
      .default([])
      .meta({
        title: 'Files',
        description:
          'JSONL or CSV files in the workspace. Fields: question and, optionally, id, reference, accept, choices, documents, answerable, hard, paraphraseOf and group. Files to train on work, too: their answers become the references.',
        control: 'files',
        takes: ['.jsonl', '.csv', '/'],
      } satisfies ParamMeta),
    limit: z
      .int()
      .min(0)
      .default(0)
      .meta({
        title: 'Limit',
        unit: 'questions',
        description:
          'Reads at most this many questions of the files, from the first one on; typed ones are not counted. 0: all.',
        advanced: true,
      } satisfies ParamMeta),
  }),
  summary({ questions, paths, limit }) {
    const typed = questions.split('\n').filter((line) => line.trim() !== '').length;
    const rows: (readonly [string, string])[] = [];
    if (paths.length > 0) rows.push(['files', paths.join(', ')]);
    if (typed > 0 || paths.length === 0) rows.push(['typed in', String(typed)]);
    if (limit > 0) rows.push(['limit', String(limit)]);
    return rows;
  },
  caching: 'pure',
  sources: ({ paths }) =>
    paths.length === 0 ? [] : [{ kind: 'files', patterns: paths, param: 'paths' }],
  check({ questions, paths }) {
    if (questions.trim() !== '' || paths.length > 0) return [];
    return [{ param: 'questions', message: 'Type a question, or choose a file of questions.' }];
  },
  device: { needs: 'cpu', affectsResult: false },
  migrations: [],
});
