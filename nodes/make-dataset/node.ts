import {
  Chunks,
  defineNode,
  Metrics,
  Model,
  type ParamMeta,
  Questions,
  seedParam,
} from '@graft/graph';
import { z } from 'zod';
import {
  askingClashes,
  contextParam,
  encodingParam,
  maxTokensParam,
  parallelParam,
  temperatureParam,
} from '../kit/asking/definition.ts';

/** A prompt parameter that must contain each of `holds`. */
function promptParam(
  text: string,
  {
    holds,
    ...shown
  }: ParamMeta & Required<Pick<ParamMeta, 'places'>> & { readonly holds: readonly string[] },
) {
  return z
    .string()
    .refine(
      (given) => holds.every((name) => given.includes(`{${name}}`)),
      `must contain ${holds.map((name) => `{${name}}`).join(' and ')}`,
    )
    .default(text)
    .meta({ ...shown, control: 'multiline' } satisfies ParamMeta);
}

/** A number of things for each question. */
function countParam(most: number, meta: ParamMeta) {
  return z
    .int()
    .min(0)
    .max(most)
    .default(0)
    .meta({ ...meta });
}

export const makeDataset = defineNode({
  type: 'make-dataset',
  version: 1,
  implementation: 2,
  title: 'Make dataset',
  group: 'training',
  doc: 'A language model writes questions and answers about each chunk. It can also write questions that the chunk does not answer, paraphrases, and wrong answers for multiple choice. Graft drops answers that the chunk does not support, and duplicate questions. The questions are only as good as the model.',
  synonyms: ['synthetic data', 'generate questions', 'training data'],
  inputs: {
    chunks: { type: Chunks, doc: 'The chunks to ask about.' },
    model: { type: Model, remote: true, doc: 'The language model that writes, local or remote.' },
  },
  outputs: {
    questions: {
      type: Questions,
      doc: 'The kept questions, in the order of the chunks, with their references and documents.',
    },
    metrics: {
      type: Metrics,
      doc: 'How many questions were written, dropped (and why) and kept, in all and for each chunk.',
    },
  },
  params: z.strictObject({
    questions: z
      .int()
      .min(1)
      .max(32)
      .default(3)
      .meta({
        title: 'Questions',
        unit: 'a chunk',
        description: 'How many questions to write about each chunk. Some will be dropped.',
      } satisfies ParamMeta),
    unanswerable: z
      .number()
      .min(0)
      .max(1)
      .default(0.15)
      .meta({
        title: 'Without answer',
        unit: 'share of the questions',
        description:
          'Questions that the chunk does not answer, to teach a model to say that it does not know. 0: none.',
      } satisfies ParamMeta),
    paraphrases: countParam(8, {
      title: 'Paraphrases',
      unit: 'a question',
      description: 'Paraphrases of each question, with the same reference.',
    }),
    distractors: countParam(8, {
      title: 'Distractors',
      unit: 'a question',
      description:
        'Plausible wrong answers to write for each question. Together with the reference, they are its choices for multiple choice.',
    }),
    answerability: z
      .enum(['support', 'model', 'both', 'none'])
      .default('support')
      .meta({
        title: 'Answerability',
        description:
          'Which questions to keep. support: all words and numbers of the answer occur in the chunk. model: with the chunk, the model gives the same answer again. both: questions that pass both tests. none: all questions.',
      } satisfies ParamMeta),
    similarity: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.7)
      .meta({
        title: 'Duplicate threshold',
        unit: 'share of the word pairs',
        description:
          'Questions with the same answer that share at least this part of their word pairs are duplicates; the first stays. 1: only the same words in the same order.',
      } satisfies ParamMeta),
    system: z
      .string()
      .default('Do exactly what is asked, in the form that is asked for, and write nothing else.')
      .meta({
        title: 'System prompt',
        description: 'Instructions that the model reads before each of the prompts below.',
        control: 'multiline',
        places: [],
        advanced: true,
      } satisfies ParamMeta),
    ask: promptParam(
      '{title}\n{passage}\n\nWrite questions that the passage above answers, {count} in all. Each names what it is about, so that it is understood without the passage. Each answer is short, in the words of the passage. Write each in this form:\nQ: …\nA: …',
      {
        title: 'Prompt for questions',
        description: '{passage} and {title} become the chunk, {count} the number of questions.',
        holds: ['passage'],
        places: ['passage', 'title', 'count'],
        advanced: true,
      },
    ),
    askUnanswerable: promptParam(
      '{title}\n{passage}\n\nWrite questions about the same things that the passage above does not answer, {count} in all. Each names what it is about, so that it is understood without the passage. Write each in this form:\nQ: …',
      {
        title: 'Prompt for questions without answer',
        description: '{passage}, {title} and {count} as above.',
        holds: ['passage'],
        places: ['passage', 'title', 'count'],
        advanced: true,
      },
    ),
    askAgain: promptParam(
      '{title}\n{passage}\n\nUsing only the passage above, answer in one short sentence. If it does not say, write: The passage does not say. {question}',
      {
        title: 'Prompt for answering again',
        description:
          'The prompt with which the model answers its own question. Use {passage}, {title}, {question}.',
        holds: ['passage', 'question'],
        places: ['passage', 'title', 'question'],
        advanced: true,
      },
    ),
    askParaphrases: promptParam(
      'Question: {question}\n\nAsk the same in other words, in {count} ways. Keep all names and numbers. Write each question on a line of its own.',
      {
        title: 'Prompt for paraphrases',
        description:
          '{question} and {answer} become the question and its answer, {count} the number of paraphrases.',
        holds: ['question'],
        places: ['question', 'answer', 'count'],
        advanced: true,
      },
    ),
    askDistractors: promptParam(
      'Question: {question}\nRight answer: {answer}\n\nWrite wrong answers to the question, {count} in all, of the same kind and as long as the right one. Write each on a line of its own.',
      {
        title: 'Prompt for wrong answers',
        description: '{question}, {answer} and {count} as above.',
        holds: ['question', 'answer'],
        places: ['question', 'answer', 'count'],
        advanced: true,
      },
    ),
    maxTokens: maxTokensParam(256, {
      description: 'The longest reply. Graft drops a question that this limit cuts off.',
      advanced: true,
    }),
    temperature: temperatureParam(0.3, {
      description:
        '0 always takes the likeliest token; higher is more varied. Answering again always uses 0.',
      advanced: true,
    }),
    seed: seedParam(
      'Fixes the random choices: of tokens, of chunks for questions without answer, and of the order of choices.',
    ),
    context: contextParam(2048),
    encoding: encodingParam,
    parallel: parallelParam,
  }),
  when: {
    askUnanswerable: { unanswerable: { over: 0 } },
    askAgain: { answerability: ['model', 'both'] },
    askParaphrases: { paraphrases: { over: 0 } },
    askDistractors: { distractors: { over: 0 } },
  },
  summary: ({ questions, unanswerable, answerability }) => [
    ['questions per chunk', String(questions)],
    ['without answer', `${Math.round(unanswerable * 1000) / 10} %`],
    ['checked by', answerability],
  ],
  metrics: () => ['keptShare'],
  meanings: {
    keptShare: 'The share of written questions that are kept.',
    written: 'Questions that the model wrote.',
    questions: 'Questions kept.',
    faulty: 'Dropped: without an answer, cut off, giving the answer away, or about “the passage”.',
    notAnswerable: 'Dropped: the chunk does not support the answer.',
    answerableAfterAll: 'Dropped: written to have no answer, but a chunk may answer it.',
    duplicates: 'Dropped: it repeats an earlier question.',
    paraphrases: 'Of the kept questions, paraphrases.',
    unanswerable: 'Of the kept questions, those without an answer.',
    withChoices: 'Of the kept questions, those with choices.',
    unparseableReplies: 'Replies without anything usable.',
    failedChunks: 'Chunks whose prompt the model could not answer.',
  },
  caching: 'seeded',
  check: (params, inputs, models) => askingClashes({ params, one: 'A reply' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
