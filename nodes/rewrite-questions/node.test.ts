import {
  type GenerateRequest,
  type LanguageModel,
  modelSchema,
  type Question,
  type RunContext,
} from '@graft/graph';
import { describe, expect, it } from 'vitest';
import { rowsInput, runAll, testContext, treeInput } from '../kit/testing/test-context.ts';
import { rewriteQuestions } from './node.ts';
import { readPassage, readVariants } from './read-variants.ts';
import { run } from './run.ts';

const model = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 512 },
  }),
);
const asked: GenerateRequest[] = [];

async function rewrite(
  questions: readonly Question[],
  params: object,
  reply: (request: GenerateRequest) => string,
): Promise<{ rows: Question[]; log: string[] }> {
  const log: string[] = [];
  asked.length = 0;
  const loaded: Pick<LanguageModel, 'model' | 'parallel' | 'countTokens' | 'generate'> = {
    ...{ model: 'small', parallel: 2, countTokens: (text) => text.length / 4 },
    generate(request) {
      asked.push(request);
      const counts = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
      return Promise.resolve({ text: reply(request), ...counts, finishReason: 'stop' });
    },
  };
  const base = testContext();
  const ctx: RunContext = testContext({
    log: (_level, message) => log.push(message),
    backends: { ...base.backends, languageModel: () => Promise.resolve(loaded as LanguageModel) },
  });
  const rows = await runAll(run, questions, {
    ...{ ctx, inputs: { questions: rowsInput(questions), model } },
    params: rewriteQuestions.params.parse(params),
  });
  return { rows, log };
}
const [kiln, glaze]: [Question, Question] = [
  { id: 'a', question: 'When is the kiln lit?', reference: '05:40', documents: ['kilns.md'] },
  { id: 'b', question: 'What is in the glaze?', variants: ['from before'] },
];

it('gives each question its wordings, and leaves the rest of it as it is', async () => {
  const { rows, log } = await rewrite([kiln, glaze], { variants: 2 }, ({ prompt }) =>
    prompt.includes('kiln')
      ? '1. When does firing begin?\n2. At what hour is the kiln started?\n3. Who lights it?'
      : 'What is in the glaze?',
  );
  expect(rows).toEqual([
    { ...kiln, variants: ['When does firing begin?', 'At what hour is the kiln started?'] },
    { id: 'b', question: glaze.question },
  ]);
  expect(log).toEqual([expect.stringMatching(/^Graft could parse no reply for 1 of 2 questions/)]);
  expect(asked[0]?.prompt).toContain('Write 2 other ways');
  expect(asked[0]?.prompt).toContain('Question: When is the kiln lit?');
});

it('has several passages written, each with a seed of its own', async () => {
  const params = { method: 'hyde', variants: 3, seed: 5 };
  const { rows, log } = await rewrite([kiln], params, ({ seed }) =>
    seed === 5 ? 'It is lit\nat 06:00.' : 'The guard lights it.',
  );
  // Equal ones once.
  expect(rows[0]?.variants).toEqual(['It is lit at 06:00.', 'The guard lights it.']);
  expect(new Set(asked.map(({ seed }) => seed)).size).toBe(3);
  expect(log).toEqual([]);
});

it('fills in a question that looks like a mark as it is', async () => {
  await rewrite([{ id: 'a', question: 'What is {variants} and $&?' }], {}, () => '');
  expect(asked[0]?.prompt).toContain('Question: What is {variants} and $&?');
});

it('refuses passages that would all be the same, and prompts without the question', () => {
  const check = (params: object) =>
    rewriteQuestions.check?.(rewriteQuestions.params.parse(params), {}, () => undefined);
  expect(check({ method: 'hyde', temperature: 0 })).toMatchObject([{ param: 'variants' }]);
  expect(check({ method: 'hyde', temperature: 0, variants: 1 })).toEqual([]);
  expect(check({ temperature: 0 })).toEqual([]);
  expect(rewriteQuestions.params.safeParse({ hydePrompt: 'Write.' }).success).toBe(false);
});

describe('a reply', () => {
  const wordings = (reply: string) => readVariants(reply, 'When is the kiln lit?', 3);
  it.each([
    ['a\nb'],
    ['- a\n- b'],
    ['Here are other ways to ask:\n\n1) “a”\n2) "b",'],
    ['["a", "b"]'],
    ['```json\n["a", "b"]\n```'],
    ['<think>Well: c?</think>\na\nb\na\nWhen is the kiln lit'],
    ['* **a**\n* **b**'],
  ])('is read as wordings: %j', (reply) => {
    expect(wordings(reply)).toEqual(['a', 'b']);
  });
  it('may hold brackets that are no list', () => {
    expect(wordings('When does firing [1] begin?\nb')).toEqual([
      'When does firing [1] begin?',
      'b',
    ]);
    expect(wordings('[1, 2]\na')).toContain('a');
  });
  it.each([[''], ['\n'], ['When is the kiln lit?'], ['<think>a b c'], ['???'], ['a '.repeat(400)]])(
    'is none: %j',
    (reply) => {
      expect(wordings(reply)).toEqual([]);
    },
  );
  it('is read as a passage, unless it is empty or the question', () => {
    expect(readPassage('  It is lit.\n\nEarly. ', 'When?')).toBe('It is lit. Early.');
    for (const reply of ['', ' \n', 'when', '<think>lit']) {
      expect(readPassage(reply, 'When?')).toBeUndefined();
    }
  });
});
