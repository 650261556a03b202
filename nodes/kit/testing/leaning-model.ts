import { type LanguageModel, modelSchema, type RunContext } from '@graft/graph';
import { testContext, treeInput } from './test-context.ts';

/** A model of an input, of whose weights nobody knows anything. */
export const modelInput = treeInput(
  modelSchema.parse({
    ...{ id: 'small', digest: 'd', architecture: 'llama', format: 'gguf', contextLength: 2048 },
  }),
);

export interface LeaningRun {
  readonly ctx: RunContext;
  /** Prompts that it was asked. */
  readonly asked: string[];
  readonly log: string[];
}

/**
 * A context whose model says yes to a prompt with this probability, no with `no` of the rest, and reads 10 tokens;
 * undefined: it tells no probabilities.
 */
export function leaningContext(
  yes: ((prompt: string) => number) | undefined,
  no = 0.5,
): LeaningRun {
  const asked: string[] = [];
  const log: string[] = [];
  const likelihoods =
    (of: (prompt: string) => number): NonNullable<LanguageModel['likelihoods']> =>
    ({ prompt, choices }) => {
      asked.push(prompt);
      const share = of(prompt);
      const shares: Record<string, number> = { Yes: share, No: (1 - share) * no };
      return Promise.resolve({
        promptTokens: 10,
        likelihoods: choices.map((choice) => ({
          ...{ logProbability: Math.log(shares[choice] ?? 1e-38), tokens: 1 },
        })),
      });
    };
  const model: Partial<LanguageModel> = {
    ...{ model: 'small', parallel: 2 },
    generate: () =>
      Promise.resolve({
        ...{ text: 'It is.', promptTokens: 10, reusedTokens: 0, completionTokens: 2 },
        finishReason: 'stop',
      }),
    ...(yes === undefined ? {} : { likelihoods: likelihoods(yes) }),
  };
  const base = testContext();
  const ctx = testContext({
    log: (level, message, item) => log.push(`${level} ${item ?? ''}: ${message}`),
    backends: { ...base.backends, languageModel: () => Promise.resolve(model as LanguageModel) },
  });
  return { ctx, asked, log };
}

/** All rows of an output. */
export async function rowsOf<Row>(rows: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}
