import { createContext, Script } from 'node:vm';
import { GraphError } from '@graft/graph';
import { z } from 'zod';

/** Runs work on texts with this many characters. Throws `bad-model` if it takes too long. */
export type TokenizerBudget = <Result>(characters: number, work: () => Result) => Result;

/** Minimal time limit of any text in milliseconds, on a busy machine. */
const leastTime = 10_000;
/** Characters that allow a further millisecond; ordinary tokenizers do a thousand. */
const charactersPerMillisecond = 50;

/** By its code: the error comes from another realm with its own `Error` class. */
const lateSchema = z.object({ code: z.literal('ERR_SCRIPT_EXECUTION_TIMEOUT') });
const context = createContext({ work: (): unknown => undefined });
const callWork = new Script('work()');

/**
 * Limits a tokenizer's time by the length of its texts. A `tokenizer.json` may contain regular expressions, and one
 * with catastrophic backtracking would take forever. Without any, nothing is watched.
 */
export function tokenizerBudget(
  id: string,
  tokenizerJson: string,
  least = leastTime,
): TokenizerBudget {
  if (!tokenizerJson.includes('"Regex"')) return (_characters, work) => work();
  return (characters, work) => {
    let result: { readonly value: ReturnType<typeof work> } | undefined;
    context['work'] = () => {
      result = { value: work() };
    };
    const timeout = least + Math.ceil(characters / charactersPerMillisecond);
    try {
      callWork.runInContext(context, { timeout });
    } catch (error) {
      if (!lateSchema.safeParse(error).success) throw error;
      throw new GraphError(
        'bad-model',
        `the tokenizer of "${id}" takes too long for ${characters} characters: a pattern in its tokenizer.json is too slow. Choose another model, or get its tokenizer from where it was published`,
        { cause: error },
      );
    }
    if (result === undefined) throw new Error('the work was not done');
    return result.value;
  };
}
