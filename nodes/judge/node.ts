import {
  Answers,
  defineNode,
  Judgements,
  Metrics,
  metricWords,
  Model,
  type ParamMeta,
  Prompts,
  Questions,
  seedParam,
} from '@graft/graph';
import { z } from 'zod';
import {
  askingClashes,
  contextParam,
  maxTokensParam,
  parallelParam,
  promptParam,
  temperatureParam,
} from '../kit/asking/definition.ts';
import { askedMetrics, countMeanings } from '../kit/evaluation/definition.ts';

/** In display order. */
export const metricNames = [
  ...['faithfulness', 'answerRelevancy', 'contextPrecision', 'contextRecall'],
  'judgedAccuracy',
] as const;
export type MetricName = (typeof metricNames)[number];

/** Figures on every answer besides its metrics. */
export function reliabilityNames({ repeats }: { readonly repeats: number }): readonly string[] {
  return [...(repeats > 1 ? ['agreement'] : []), 'unparseable'];
}

export const judge = defineNode({
  type: 'judge',
  version: 1,
  implementation: 3,
  title: 'Judge',
  group: 'evaluation',
  doc: 'A language model judges each answer: do the passages support its claims (faithfulness), does it answer the question (answer relevancy), are the passages useful and complete (context precision and recall, as in ragas), and does it agree with the reference? You can read every prompt and reply. Graft counts replies that it cannot parse, and leaves them out of the metrics. Small models cannot judge: with 135 million parameters, yes and no are chance.',
  synonyms: ['llm as a judge', 'grade', 'rate', 'score'],
  inputs: {
    answers: { type: Answers, doc: 'Answers to judge.' },
    model: {
      type: Model,
      remote: true,
      doc: 'The language model that judges, local or remote. Use another one than the one that answered.',
    },
    prompts: {
      type: Prompts,
      optional: true,
      doc: 'The prompts of the answers. Faithfulness and the context metrics need their passages.',
    },
    questions: {
      type: Questions,
      optional: true,
      doc: 'Optional. References then come from here, matched by question id. The log names questions without an answer.',
    },
  },
  outputs: {
    metrics: {
      type: Metrics,
      doc: 'The means, then the metrics of each answer.',
      itemsOf: ['answers', 'prompts', 'questions'],
    },
    judgements: {
      type: Judgements,
      doc: 'A row for each metric of each answer: verdicts, prompts and replies.',
      itemsOf: ['answers', 'prompts', 'questions'],
    },
  },
  params: z.strictObject({
    metrics: z
      .array(z.enum(metricNames))
      .default([])
      .meta({
        title: 'Metrics',
        description:
          'Empty: every metric that the answers have data for. A metric listed here must apply to at least one answer.',
      } satisfies ParamMeta),
    repeats: z
      .int()
      .min(1)
      .max(25)
      .default(1)
      .meta({
        title: 'Repeats',
        description:
          'How many times to ask for each verdict, each time with another seed. The majority counts, and the agreement of the verdicts becomes a metric.',
      } satisfies ParamMeta),
    temperature: temperatureParam(0, {
      description: '0 always gives the likeliest reply. Repeats need more.',
    }),
    embedder: z
      .string()
      .min(1)
      .default('all-MiniLM-L6-v2')
      .meta({
        title: 'Embedder',
        description:
          'For answer relevancy: the model that turns texts into vectors. It compares questions made from an answer with the original question.',
        control: 'model',
        modelKind: 'embedder',
        advanced: true,
      } satisfies ParamMeta),
    system: z
      .string()
      .default(
        'You judge the answers of a question-answering system. Judge strictly, by the given texts alone, and write only what you are asked for, in the form that is asked for.',
      )
      .meta({
        title: 'System prompt',
        description: 'Instructions that the judge reads before each prompt. Empty: none.',
        control: 'multiline',
        places: [],
        advanced: true,
      } satisfies ParamMeta),
    claimsPrompt: promptParam('Claims', {
      of: 'Asks for the claims of an answer, or of a reference, as a list.',
      holds: ['question', 'answer'],
      text: 'Question: {question}\nAnswer: {answer}\n\nSplit the answer into claims: short sentences that say one thing each and can be understood without the question. Add nothing that the answer does not say. Write each claim on a line of its own, after "- ". If it claims nothing, as in "I do not know", write: none',
    }),
    verdictPrompt: promptParam('Verdicts', {
      of: 'Asks which claims follow from the passages, for faithfulness and context recall.',
      holds: ['passages', 'claims'],
      text: '{passages}\n\nClaims:\n{claims}\n\nDoes each claim follow from the passages above? Write one line for each claim: its number, a colon, and yes or no.',
    }),
    usefulPrompt: promptParam('Useful', {
      of: 'Asks whether one passage helps, for context precision.',
      holds: ['question', 'reference', 'passage'],
      text: 'Question: {question}\nRight answer: {reference}\n\nPassage:\n{passage}\n\nDoes this passage help to arrive at the right answer? Write only yes or no.',
    }),
    questionPrompt: promptParam('Question', {
      of: 'Asks which question an answer replies to, and whether the answer is evasive, for answer relevancy.',
      holds: ['answer'],
      text: 'Answer: {answer}\n\nWrite the question that this answer answers. Then say whether the answer is noncommittal: evasive or vague, as "I do not know" is. Write two lines:\nQuestion: the question\nNoncommittal: yes or no',
    }),
    rightPrompt: promptParam('Right', {
      of: 'Asks whether an answer is right by its reference, for judged accuracy.',
      holds: ['question', 'reference', 'answer'],
      text: 'Question: {question}\nRight answer: {reference}\nGiven answer: {answer}\n\nDoes the given answer say what the right answer says, in whatever words, and nothing against it? Write only yes or no.',
    }),
    maxTokens: maxTokensParam(512, {
      description: 'The longest reply. A longer one is cut off.',
      advanced: true,
    }),
    context: contextParam(4096),
    seed: seedParam(
      'Makes the judge’s random sampling repeatable. It matters only if the temperature is above 0.',
    ),
    parallel: parallelParam,
  }),
  when: {
    embedder: { metrics: ['answerRelevancy'] },
    claimsPrompt: { metrics: ['faithfulness', 'contextRecall'] },
    verdictPrompt: { metrics: ['faithfulness', 'contextRecall'] },
    usefulPrompt: { metrics: ['contextPrecision'] },
    questionPrompt: { metrics: ['answerRelevancy'] },
    rightPrompt: { metrics: ['judgedAccuracy'] },
    seed: { temperature: { over: 0 } },
  },
  summary: ({ metrics, repeats }) => [
    ['judges', metrics.length === 0 ? 'all available' : metrics.map(metricWords).join(', ')],
    ['repeats', String(repeats)],
  ],
  metrics: (params) => [...askedMetrics(params.metrics, metricNames), ...reliabilityNames(params)],
  meanings: {
    faithfulness: 'The share of the answer’s claims that follow from the passages.',
    answerRelevancy:
      'How close the questions that the judge makes of the answer are to the one that was asked: the cosine of their embeddings.',
    contextPrecision: 'How high helpful passages rank: the mean of the precisions at each of them.',
    contextRecall: 'The share of the reference’s claims that follow from the passages.',
    judgedAccuracy: 'The share of answers that the judge calls right.',
    agreement: 'How often two repeats give the same verdict on a claim, a passage or an answer.',
    unparseable: 'The share of the judge’s replies that Graft could not parse. Less is better.',
    ...countMeanings,
  },
  caching: 'seeded',
  // Even if no metric needs it: cached replies belong to the models of the step.
  sources: ({ embedder }) => [{ kind: 'model', id: embedder, param: 'embedder' }],
  check(params, inputs, models) {
    const { embedder, repeats, temperature } = params;
    const asking = { params, one: 'A reply' };
    const clashes = askingClashes(asking, inputs, models);
    const kind = models(embedder)?.kind ?? 'embedder';
    if (kind !== 'embedder') {
      clashes.push({
        param: 'embedder',
        message: `"${embedder}" is not an embedder (kind: ${kind}). Choose an embedder.`,
      });
    }
    if (repeats > 1 && temperature === 0) {
      clashes.push({
        param: 'repeats',
        message:
          'At temperature 0 all repeats are the same. Raise the temperature, or set repeats to 1.',
      });
    }
    return clashes;
  },
  engines: ['llama.cpp', 'onnxruntime'],
  device: { needs: 'accelerator', affectsResult: true },
  migrations: [],
});
