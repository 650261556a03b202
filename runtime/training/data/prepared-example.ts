import { GraphError, type TrainingExample } from '@graft/graph';

/** An example as the program receives it: input tokens, and the token to predict at each position. */
export interface PreparedExample {
  readonly id: string;
  /** Tokens up to the one before the last trained one; later tokens cannot change the loss. */
  readonly inputs: Int32Array;
  /** The token after each. */
  readonly labels: Int32Array;
  /** 1 if the loss counts that token. */
  readonly mask: Uint8Array;
  /** Number of ones in the mask, at least 1. */
  readonly trained: number;
}

export interface ExampleLimits {
  /** Maximal tokens of an example. */
  readonly maxLength: number;
  /** Size of the model's vocabulary. */
  readonly vocabulary: number;
}

/** Most ids that a message names. */
const named = 5;

/**
 * Prepares examples, in order. Throws one `bad-input` with those that are too long, that train nothing, or that another
 * model's tokenizer made.
 */
export function prepareExamples(
  examples: readonly TrainingExample[],
  limits: ExampleLimits,
): PreparedExample[] {
  const { maxLength, vocabulary } = limits;
  const long: string[] = [];
  const idle: string[] = [];
  const foreign: string[] = [];
  const prepared: PreparedExample[] = [];
  for (const example of examples) {
    const { id, tokens } = example;
    const ready = prepare(example);
    if (tokens.length > maxLength) long.push(`${id} with ${tokens.length}`);
    else if (ready === undefined) idle.push(id);
    else if (tokens.some((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary)) {
      foreign.push(id);
    } else prepared.push(ready);
  }
  const problems = [
    problem(long, `longer than the ${maxLength} tokens of a row`, 'raise it or shorten them'),
    problem(idle, 'without a token to train', 'leave them out or train more of their turns'),
    problem(foreign, `with tokens that the model lacks`, "use the model's own tokenizer"),
  ].filter((text) => text !== undefined);
  if (problems.length > 0) throw new GraphError('bad-input', problems.join('. '));
  return prepared;
}

function prepare({ id, tokens, trained }: TrainingExample): PreparedExample | undefined {
  // Nothing precedes the first token to predict it from.
  let last = Math.min(tokens.length, trained.length) - 1;
  while (last > 0 && trained[last] !== 1) last--;
  if (last <= 0) return undefined;
  const mask = Uint8Array.from(trained.slice(1, last + 1));
  return {
    id,
    inputs: Int32Array.from(tokens.slice(0, last)),
    labels: Int32Array.from(tokens.slice(1, last + 1)),
    mask,
    trained: mask.reduce((sum, flag) => sum + flag, 0),
  };
}

function problem(ids: readonly string[], what: string, remedy: string): string | undefined {
  if (ids.length === 0) return undefined;
  const rest = ids.length > named ? ` and ${ids.length - named} more` : '';
  const examples = ids.length === 1 ? 'example is' : 'examples are';
  return `${ids.length} ${examples} ${what}: ${ids.slice(0, named).join(', ')}${rest}; ${remedy}`;
}
