import {
  type ChatTurn,
  type Example,
  GraphError,
  type Location,
  type Tokenizer,
  type TrainingExample,
  type Turn,
} from '@graft/graph';
import { type RowFault, RowFaults } from './row-faults.ts';

export interface TokenizeOptions {
  /** Most tokens of a row; absent: any. */
  readonly maxLength?: number;
  /** What to do with longer rows; default `refuse`. */
  readonly onLong?: 'refuse' | 'truncate';
  /** Location of problems. */
  readonly location?: Location;
  readonly signal?: AbortSignal;
}

export interface TokenizedExamples {
  readonly train: readonly TrainingExample[];
  readonly evaluation: readonly TrainingExample[];
  /** Rows cut to the longest length. */
  readonly truncated: number;
}

const nothingTrained: RowFault = {
  what: 'no trained token',
  advice:
    'The loss counts no token of these rows, so there is nothing to learn. Look at the tokens in Load dataset: the chat template may leave the answers out.',
};

/**
 * Examples in a model's tokens. Throws one `bad-row` with all rows that are too long, train no token, or have turns
 * that the chat template refuses.
 */
export async function tokenizeExamples(
  tokenizer: Tokenizer,
  examples: Iterable<Example> | AsyncIterable<Example>,
  options: TokenizeOptions = {},
): Promise<TokenizedExamples> {
  const { maxLength = Number.POSITIVE_INFINITY, onLong = 'refuse' } = options;
  const faults = new RowFaults();
  const rows: Record<Example['split'], TrainingExample[]> = { train: [], eval: [] };
  let truncated = 0;
  for await (const example of examples) {
    options.signal?.throwIfAborted();
    let row = accepted(faults, example, () => tokenizeExample(tokenizer, example));
    if (row === undefined) continue;
    if (row.tokens.length > maxLength) {
      if (onLong === 'refuse') {
        faults.add(example, {
          what: `more than ${maxLength} tokens`,
          advice: `The first has ${row.tokens.length}. Shorten the rows, raise “Longest row”, or set “Longer rows” to truncate.`,
        });
        continue;
      }
      truncated += 1;
      const { id, tokens, trained } = row;
      row = { id, tokens: tokens.slice(0, maxLength), trained: trained.slice(0, maxLength) };
    }
    if (row.trained.includes(1)) rows[example.split].push(row);
    else faults.add(example, nothingTrained);
  }
  faults.throwIfAny(options.location ?? {});
  return { train: rows.train, evaluation: rows.eval, truncated };
}

/** The result of `tokenize`; undefined, after recording the row, if the chat template refuses its turns. */
export function accepted<T>(faults: RowFaults, example: Example, tokenize: () => T): T | undefined {
  try {
    return tokenize();
  } catch (error) {
    if (!(error instanceof GraphError) || error.code !== 'bad-input') throw error;
    const [first = '', ...rest] = error.message.replace(/\.$/, '');
    const advice = `${first.toUpperCase()}${rest.join('')}.`;
    faults.add(example, { what: 'turns that do not fit the model', advice });
    return undefined;
  }
}

/**
 * One example in a model's tokens. Chats use the model's template, and the token that ends a trained answer belongs to
 * it; texts are tokenized as one, followed by the model's end of text.
 */
export function tokenizeExample(tokenizer: Tokenizer, example: Example): TrainingExample {
  const { tokens, trained } =
    example.kind === 'chat' ? chat(tokenizer, example.turns) : text(tokenizer, example.turns);
  // Nothing precedes the first token to predict it from.
  return { id: example.id, tokens, trained: trained.map((flag, at) => (flag && at > 0 ? 1 : 0)) };
}

interface Marked {
  readonly tokens: readonly number[];
  readonly trained: readonly boolean[];
}

function chat(tokenizer: Tokenizer, turns: readonly Turn[]): Marked {
  const { tokens, turns: owners } = tokenizer.encodeChat(turns.map(chatTurn));
  // If questions are trained, so are the template's texts between turns.
  const everything =
    turns.every((turn) => turn.trained) && turns.some(({ role }) => role !== 'assistant');
  return {
    tokens,
    trained: owners.map((owner) => everything || turns[owner]?.trained === true),
  };
}

function chatTurn({ role, content }: Turn): ChatTurn {
  if (role === 'text') throw new TypeError('A turn of a chat needs the role of who speaks.');
  return { role, content };
}

/**
 * Tokenizes the pieces together, as a reader would write them: a tokenizer may put a space before each text. A token
 * belongs to the piece in which it ends.
 */
function text(tokenizer: Tokenizer, pieces: readonly Turn[]): Marked {
  const tokens = tokenizer.encode(pieces.map(({ content }) => content).join(''));
  const trained = new Array<boolean>(tokens.length).fill(pieces.at(-1)?.trained ?? false);
  let start = 0;
  let before = '';
  for (const piece of pieces.slice(0, -1)) {
    before += piece.content;
    const end = Math.max(start, commonPrefix(tokens, tokenizer.encode(before)));
    trained.fill(piece.trained, start, end);
    start = end;
  }
  const { endOfText } = tokenizer;
  if (endOfText === undefined) return { tokens, trained };
  return {
    tokens: [...tokens, endOfText],
    trained: [...trained, pieces.at(-1)?.trained ?? false],
  };
}

function commonPrefix(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((token, index) => token !== other[index]);
  return at === -1 ? one.length : at;
}
