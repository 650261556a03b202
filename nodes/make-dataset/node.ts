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

/** The parameter of a prompt, in which each of `holds` has to stand. */
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

/** How many of something, a question. */
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
  implementation: 1,
  title: 'Make dataset',
  group: 'training',
  doc: 'Has a language model write questions and answers about each chunk, questions that the chunk does not answer, and for each question paraphrases and wrong answers to choose from. Answers that the chunk does not hold are left out, and questions that repeat others. The questions are as good as the model that writes them.',
  synonyms: ['synthetic data', 'generate questions', 'training data'],
  inputs: {
    chunks: { type: Chunks, doc: 'The chunks to ask about.' },
    model: { type: Model, remote: true, doc: 'The language model that writes, local or remote.' },
  },
  outputs: {
    questions: {
      type: Questions,
      doc: 'The questions that were kept, in the order of the chunks, with their references and documents.',
    },
    metrics: {
      type: Metrics,
      doc: 'How many were written, left out (and why) and kept; then the same for each chunk.',
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
        description: 'How many to ask for about each chunk; some will be left out.',
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
          'How many to ask for about what the chunk does not say, so that a model learns to say so. 0 for none.',
      } satisfies ParamMeta),
    paraphrases: countParam(8, {
      title: 'Paraphrases',
      unit: 'a question',
      description: 'The same question in other words, each with the same reference.',
    }),
    distractors: countParam(8, {
      title: 'Distractors',
      unit: 'a question',
      description:
        'Wrong answers of the same kind, which become choices beside the reference, for multiple choice.',
    }),
    answerability: z
      .enum(['support', 'model', 'both', 'none'])
      .default('support')
      .meta({
        title: 'Answerability',
        description:
          'Which questions are kept. support: those whose answer’s words and numbers all occur in the chunk. model: those to which the model gives the same answer again, shown the chunk. both: those that pass both. none: all.',
      } satisfies ParamMeta),
    similarity: z
      .number()
      .min(0.5)
      .max(1)
      .default(0.7)
      .meta({
        title: 'Duplicates from',
        unit: 'share of the word pairs',
        description:
          'Questions with this much in common and the same answer count as one; the first is kept. 1: only the same words in the same order.',
      } satisfies ParamMeta),
    system: z
      .string()
      .default('Do exactly what is asked, in the form that is asked for, and write nothing else.')
      .meta({
        title: 'System prompt',
        description: 'What the model is told before each of the prompts below.',
        control: 'multiline',
        places: [],
        advanced: true,
      } satisfies ParamMeta),
    ask: promptParam(
      '{title}\n{passage}\n\nWrite questions that the passage above answers, {count} in all. Each names what it is about, so that it is understood without the passage. Each answer is short, in the words of the passage. Write each in this form:\nQ: …\nA: …',
      {
        title: 'Prompt for questions',
        description: '{passage} and {title} stand for the chunk, {count} for how many are wanted.',
        holds: ['passage'],
        places: ['passage', 'title', 'count'],
        advanced: true,
      },
    ),
    askUnanswerable: promptParam(
      '{title}\n{passage}\n\nWrite questions about the same things that the passage above does not answer, {count} in all. Each names what it is about, so that it is understood without the passage. Write each in this form:\nQ: …',
      {
        title: 'Prompt for those without answer',
        description: '{passage}, {title} and {count} as above.',
        holds: ['passage'],
        places: ['passage', 'title', 'count'],
        advanced: true,
      },
    ),
    askAgain: promptParam(
      '{title}\n{passage}\n\nUsing only the passage above, answer in one short sentence. If it does not say, write: The passage does not say. {question}',
      {
        title: 'Prompt for asking again',
        description:
          'The prompt by which the model answers a question itself: {passage}, {title}, {question}.',
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
          '{question}, {answer} and {count} stand for the question and how many are wanted.',
        holds: ['question'],
        places: ['question', 'answer', 'count'],
        advanced: true,
      },
    ),
    askDistractors: promptParam(
      'Question: {question}\nRight answer: {answer}\n\nWrite wrong answers to the question, {count} in all, of the same kind and as long as the right one. Write each on a line of its own.',
      {
        title: 'Prompt for distractors',
        description: '{question}, {answer} and {count} as above.',
        holds: ['question', 'answer'],
        places: ['question', 'answer', 'count'],
        advanced: true,
      },
    ),
    maxTokens: maxTokensParam(256, {
      description: 'Where a reply is cut; a question that was cut off is left out.',
      advanced: true,
    }),
    temperature: temperatureParam(0.3, {
      description:
        '0 always takes the likeliest token; higher is more varied. Questions are asked again at 0.',
      advanced: true,
    }),
    seed: seedParam(
      'For the choice among tokens, the chunks that are asked about what they do not say, and the order of choices.',
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
    ['questions a chunk', String(questions)],
    ['without answer', `${Math.round(unanswerable * 1000) / 10} %`],
    ['kept by', answerability],
  ],
  metrics: () => ['keptShare'],
  meanings: {
    keptShare: 'The share of the questions written that is kept.',
    written: 'Questions that the model wrote.',
    questions: 'Questions that are kept.',
    faulty: 'Left out: without an answer, cut off, giving its answer away, or about “the passage”.',
    notAnswerable: 'Left out: the chunk does not give the answer.',
    answerableAfterAll: 'Left out: it was to have no answer, and some chunk may give one.',
    duplicates: 'Left out: it asks what one before has asked.',
    paraphrases: 'Of those kept, in other words what another asks.',
    unanswerable: 'Of those kept, without an answer.',
    withChoices: 'Of those kept, with choices.',
    unparseableReplies: 'Replies that held nothing of what was asked for.',
    failedChunks: 'Chunks that the model could not be asked about.',
  },
  caching: 'seeded',
  check: (params, inputs, models) =>
    askingClashes({ params, made: 'questions are written', one: 'A reply' }, inputs, models),
  engines: ['llama.cpp'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
