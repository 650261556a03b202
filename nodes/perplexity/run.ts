import {
  type Document,
  type Example,
  GraphError,
  implement,
  type InputsOf,
  type MetricRow,
  modelSource,
  type RowsInput,
  type Tokenizer,
  type TrainingExample,
} from '@graft/graph';
import { tokenizeExample } from '../kit/training/tokenize-examples.ts';
import { weightedAdapters } from '../kit/training/weighted-adapters.ts';
import { perplexity } from './node.ts';

export const run = implement(perplexity, async (ctx, inputs, params) => {
  const model = modelSource(inputs.model);
  const adapters = weightedAdapters(inputs.adapters, params.adapterWeights, {
    ...{ node: ctx.node, model: inputs.model.info },
  });
  const texts = await readTexts(await ctx.backends.tokenizer(model), inputs, params.rows);
  if (texts.length === 0) throw nothingToRead(ctx.node, inputs);
  const parts = texts.flatMap((text) =>
    windows(text.example, params).map((example) => ({ text, example })),
  );
  const training = await ctx.backends.training();
  const sums = await training.evaluate(
    // Weight 0 adds nothing: the base answers alone, bit for bit.
    {
      ...{ model, device: ctx.device },
      adapters: adapters.filter(({ weight }) => weight !== 0),
      examples: parts.map(({ example }) => example),
    },
    {
      signal: ctx.signal,
      progress: (progress) => ctx.progress(progress),
      lease: (bytes) => ctx.lease(bytes),
    },
  );
  const totals = new Map(texts.map((text) => [text, { loss: 0, tokens: 0 }]));
  for (const [at, { text }] of parts.entries()) {
    const total = totals.get(text);
    const sum = sums[at];
    if (total === undefined || sum === undefined) continue;
    total.loss += sum.loss;
    total.tokens += sum.tokens;
  }
  return { metrics: [...rowsOf(totals, ctx.node)] };
});

interface Text {
  readonly series: 'documents' | 'examples';
  readonly example: TrainingExample;
}

async function readTexts(
  tokenizer: Tokenizer,
  { documents, dataset }: InputsOf<typeof perplexity>,
  rows: 'eval' | 'train' | 'all',
): Promise<Text[]> {
  const texts: Text[] = [];
  for await (const document of rowsIn<Document>(documents)) {
    const tokens = tokenizer.encode(document.text);
    const trained = tokens.map((_, at) => (at === 0 ? 0 : 1));
    texts.push({ series: 'documents', example: { id: document.id, tokens, trained } });
  }
  for await (const example of rowsIn<Example>(dataset)) {
    if (rows !== 'all' && example.split !== rows) continue;
    texts.push({ series: 'examples', example: tokenizeExample(tokenizer, example) });
  }
  return texts.filter(({ example }) => example.trained.includes(1));
}

async function* rowsIn<Row>(input: RowsInput<Row> | undefined): AsyncGenerator<Row> {
  if (input !== undefined) yield* input.rows();
}

function nothingToRead(node: string, { documents, dataset }: InputsOf<typeof perplexity>) {
  if (documents === undefined && dataset === undefined) {
    return new GraphError('missing-input', 'Connect documents or a dataset to read.', {
      location: { node },
    });
  }
  return new GraphError(
    'bad-input',
    dataset === undefined
      ? 'No document has a text of two or more tokens. Connect documents with text.'
      : 'The dataset has no trained tokens in the chosen rows. Choose other rows, or raise the evaluation share of Load dataset.',
    { location: { node, ...(dataset === undefined ? {} : { param: 'rows' }) } },
  );
}

interface Total {
  readonly loss: number;
  readonly tokens: number;
}

function* rowsOf(totals: ReadonlyMap<Text, Total>, node: string): Generator<MetricRow> {
  for (const [{ series, example }, total] of totals) {
    const values = valuesOf(total, { node, what: example.id });
    yield { series, label: example.id, item: example.id, weight: total.tokens, values };
  }
  for (const series of ['documents', 'examples'] as const) {
    const those = [...totals].filter(([text]) => text.series === series).map(([, total]) => total);
    if (those.length === 0) continue;
    const loss = those.reduce((sum, total) => sum + total.loss, 0);
    const tokens = those.reduce((sum, total) => sum + total.tokens, 0);
    const values = { ...valuesOf({ loss, tokens }, { node, what: series }), texts: those.length };
    yield { series: 'summary', label: series, values };
  }
}

/** `loss` is the mean over the tokens. */
function valuesOf({ loss, tokens }: Total, { node, what }: { node: string; what: string }) {
  const mean = loss / tokens;
  const value = Math.exp(mean);
  if (Number.isFinite(value)) return { perplexity: value, loss: mean, tokens };
  throw new GraphError(
    'bad-model',
    `The model’s probabilities for ${what} are not finite. Its weights, or those of an adapter, are damaged or far too large.`,
    { location: { node, port: 'model' } },
  );
}

/**
 * Splits a text into windows of at most `window` tokens, `stride` apart, in which each token counts once: in the first
 * window that contains it. The first token of a window has nothing to be predicted from. Omits windows in which no
 * token counts.
 */
export function windows(
  { id, tokens, trained }: TrainingExample,
  { window, stride }: { readonly window: number; readonly stride: number },
): TrainingExample[] {
  const all: TrainingExample[] = [];
  for (let start = 0, counted = 0; counted < tokens.length; start += stride) {
    const end = Math.min(start + window, tokens.length);
    const from = Math.max(counted, start + 1);
    const flags = trained.slice(start, end).map((flag, at) => (start + at < from ? 0 : flag));
    if (flags.includes(1)) {
      all.push({ id: `${id}@${start}`, tokens: tokens.slice(start, end), trained: flags });
    }
    counted = end;
  }
  return all;
}
