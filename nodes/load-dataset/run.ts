import {
  type Example,
  GraphError,
  implement,
  type ModelRef,
  modelSource,
  plural,
  type RunContext,
  type TokenRow,
  type TreeInput,
} from '@graft/graph';
import { checkSplit } from '../kit/training/dataset-split.ts';
import { RowFaults } from '../kit/training/row-faults.ts';
import { accepted, tokenizeExample } from '../kit/training/tokenize-examples.ts';
import { loadDataset } from './node.ts';
import { readExamples, type ReadOptions } from './read-examples.ts';

/** Rows shown as tokens. */
const shownRows = 200;

export const run = implement(loadDataset, (ctx, { model }, params) => {
  const files = ctx.sources.flatMap((source) => (source.kind === 'files' ? source.files : []));
  const { signal, node } = ctx;
  const options = { files, params, signal, node };
  return Promise.resolve({
    dataset: checked(ctx, { ...options, log: (level, message) => ctx.log(level, message) }),
    // Reads again, so that neither output waits for the other; only the first reports.
    tokens: shown(ctx, model, { ...options, log: () => undefined }),
  });
});

/** The examples, with progress; throws at the end if none can be trained on. */
async function* checked(ctx: RunContext, options: ReadOptions): AsyncGenerator<Example> {
  const counts = { train: 0, eval: 0 };
  for await (const example of readExamples(options)) {
    counts[example.split] += 1;
    const done = counts.train + counts.eval;
    if (done % 1000 === 0) ctx.progress({ done, unit: 'rows' });
    yield example;
  }
  const location = { node: ctx.node, param: 'files' };
  if (counts.train + counts.eval === 0) {
    throw new GraphError('bad-input', 'The chosen files have no rows. Choose files with rows.', {
      location,
    });
  }
  checkSplit(ctx, counts, { evalShare: options.params.evalShare, more: 'add rows' });
  ctx.log('info', `${plural(counts.train, 'row')} for training, ${counts.eval} for evaluation.`);
}

async function* shown(
  ctx: RunContext,
  model: TreeInput<ModelRef> | undefined,
  options: ReadOptions,
): AsyncGenerator<TokenRow> {
  if (model === undefined) return;
  const tokenizer = await ctx.backends.tokenizer(modelSource(model));
  const lengths: number[] = [];
  const masked: string[] = [];
  const faults = new RowFaults();
  for await (const example of readExamples(options)) {
    const row = accepted(faults, example, () => tokenizeExample(tokenizer, example));
    if (row === undefined) continue;
    const { id, tokens, trained } = row;
    lengths.push(tokens.length);
    if (!trained.includes(1)) masked.push(id);
    yield {
      ...{ id, split: example.split, pieces: tokenizer.pieces(tokens) },
      trained: trained.map((flag) => flag === 1),
    };
    if (lengths.length === shownRows) break;
  }
  faults.throwIfAny({ node: ctx.node, port: 'model' });
  const sum = lengths.reduce((total, length) => total + length, 0);
  ctx.log(
    'info',
    `${plural(lengths.length, 'first row')}: ${Math.round(sum / lengths.length)} tokens on average, the longest ${Math.max(...lengths)}.`,
  );
  if (masked.length > 0) {
    ctx.log(
      'warning',
      `The chat template leaves nothing to train on in ${masked.length} of them: ${masked.slice(0, 8).join(', ')}. Training will refuse these rows.`,
    );
  }
}
