import {
  type Answer,
  type Embedder,
  type GenerateRequest,
  type Judgement,
  type LanguageModel,
  type MetricRow,
  type ModelFacts,
  modelSchema,
  type Prompt,
  type Question,
  type RunContext,
} from '@graft/graph';
import { explained } from '../../kit/testing/explained.ts';
import { rowsInput, testContext, treeInput } from '../../kit/testing/test-context.ts';
import { judge } from '../node.ts';
import { run } from '../run.ts';

/** A question with its reference. */
export const when = { id: 'q1', question: 'When is it lit?', reference: 'At 05:40.' };

/** An answer to it. */
export function answer(question: Question, text: string): Answer {
  return {
    ...{ id: question.id, question, text, citations: [] },
    ...{ promptTokens: 1, completionTokens: 1, finishReason: 'stop' },
  };
}

/** A prompt with these passages and nothing else. */
export function prompt(question: Question, passages: readonly string[]): Prompt {
  let text = '';
  const marked = passages.map((passage, at): Prompt['passages'][number] => {
    text += `[${at + 1}] `;
    const start = text.length;
    text += `${passage}\n`;
    const source = { documentId: 'a', path: 'a.md', title: 'A', start: 0, end: 1 };
    return {
      ...{ number: at + 1, chunkId: `a:${at}`, start, end: start + passage.length, score: 1 },
      source: { ...source, firstLine: 1, lastLine: 1 },
    };
  });
  return { id: question.id, question, text, passages: marked, tokens: 1, dropped: 0 };
}

/** What a judge says to a prompt. */
export type Say = (prompt: string, request: GenerateRequest) => string | Promise<string>;

/** A judge that says what a test has it say. */
export class ScriptedModel implements LanguageModel {
  readonly model = 'scripted';
  readonly device = 'cpu';
  readonly contextLength = 4096;
  readonly parallel = 2;
  readonly requests: GenerateRequest[] = [];
  readonly #say: Say;

  constructor(say: Say) {
    this.#say = say;
  }

  async generate(request: GenerateRequest) {
    this.requests.push(request);
    const text = await this.#say(request.prompt, request);
    const counts = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
    return { text, ...counts, finishReason: text.endsWith('…') ? 'length' : 'stop' } as const;
  }

  countTokens(text: string): number {
    return text.split(/\s+/).length;
  }
}

/** What ends like the question of `when` has its direction; all else has another. */
const embedder: Embedder = {
  ...{ model: 'e', dimension: 2, device: 'cpu' },
  embed: (texts) =>
    Promise.resolve(
      texts.map((text) =>
        text.endsWith('lit?') ? Float32Array.of(1, 0) : Float32Array.of(0.6, 0.8),
      ),
    ),
  embedTokens: () => Promise.reject(new Error('not here')),
};

interface Judged {
  readonly rows: readonly MetricRow[];
  readonly judgements: Judgement[];
  readonly log: string[];
  readonly progress: string[];
}

interface Setting {
  readonly answers: readonly Answer[];
  readonly prompts?: readonly Prompt[];
  readonly questions?: readonly Question[];
  readonly params?: object;
  readonly parameters?: number;
  readonly memo?: RunContext['memo'];
  readonly signal?: AbortSignal;
}

/** Runs the node on answers, with a judge of 8 billion parameters unless a test says otherwise. */
export async function judgeAll(model: LanguageModel, setting: Setting): Promise<Judged> {
  const { answers, prompts, questions, params = {}, parameters = 8e9 } = setting;
  const log: string[] = [];
  const progress: string[] = [];
  const base = testContext();
  const facts: ModelFacts = {
    ...{ id: 'scripted', title: 's', kind: 'language-model', digest: 'd', architecture: 'llama' },
    ...{ format: 'gguf', contextLength: 4096, size: 1, parameters },
  };
  const ctx = testContext({
    log: (level, message, item) => log.push(`${level} ${item ?? ''}: ${message}`),
    progress: ({ done, total, message }) => progress.push(`${done}/${total}, ${message}`),
    models: { facts: () => facts, files: base.models.files },
    backends: {
      ...base.backends,
      languageModel: () => Promise.resolve(model),
      embedder: () => Promise.resolve(embedder),
    },
    ...(setting.memo === undefined ? {} : { memo: setting.memo }),
    ...(setting.signal === undefined ? {} : { signal: setting.signal }),
  });
  const info = { id: 'scripted', digest: 'd', architecture: 'llama', format: 'gguf' };
  const inputs = {
    answers: rowsInput(answers),
    model: treeInput(modelSchema.parse({ ...info, contextLength: 4096 })),
    prompts: prompts === undefined ? undefined : rowsInput(prompts),
    questions: questions === undefined ? undefined : rowsInput(questions),
  };
  const { metrics, judgements } = await run.run(ctx, inputs, judge.params.parse(params));
  const rows: MetricRow[] = [];
  for await (const row of metrics) rows.push(row);
  const given: Judgement[] = [];
  for await (const row of judgements) given.push(row);
  return { rows: explained(judge, rows), judgements: given, log, progress };
}
