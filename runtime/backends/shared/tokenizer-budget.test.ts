import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { folderVocabulary } from '../llama/folder-vocabulary.ts';
import { BatchEncoder } from '../onnx/batch-encoder.ts';
import { tokenizerBudget } from './tokenizer-budget.ts';

/** A tokenizer that cuts texts by a pattern: 34 letters and something else take it hours. */
const patterned = (pattern: string) => ({
  ...{ version: '1.0', added_tokens: [], normalizer: null, post_processor: null, decoder: null },
  pre_tokenizer: {
    type: 'Split',
    pattern: { Regex: pattern },
    behavior: 'Isolated',
    invert: false,
  },
  model: { type: 'WordLevel', vocab: { '[UNK]': 0, a: 1, aa: 2 }, unk_token: '[UNK]' },
});
const hostile = `${'a'.repeat(34)}!`;
const tooLong = { code: 'bad-model', message: expect.stringContaining('takes too long for 35') };
const hasty = 200;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-tokenizer-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function write(pattern: string): Promise<void> {
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(patterned(pattern)));
  const config = { tokenizer_class: 'PreTrainedTokenizerFast', unk_token: '[UNK]' };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
}
async function thrown(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

it('a pattern of a tokenizer file that tries every way to cut a text is broken off', async () => {
  await write('(a+)+$');
  const encoder = await BatchEncoder.load(folder, 64, hasty);
  expect(await thrown(() => encoder.encode([hostile]))).toMatchObject(tooLong);
  const { tokenizer } = await folderVocabulary(folder, 'm', hasty);
  expect(await thrown(() => tokenizer(hostile))).toMatchObject(tooLong);
  // It can still be used for other texts.
  expect(encoder.encode(['aa'])[0]?.ids).toHaveLength(1);
});

it('an ordinary pattern is none the worse for it', async () => {
  await write('a+');
  const encoder = await BatchEncoder.load(folder, 64, hasty);
  expect(encoder.encode(['aa', 'b'])).toMatchObject([{ ids: [2] }, { ids: [0] }]);
});

it('errors of the tokenizer itself stay what they are', () => {
  const within = tokenizerBudget('m', '"Regex"', hasty);
  const mistake = (): never => {
    throw new RangeError('a mistake');
  };
  expect(() => within(1, mistake)).toThrow(RangeError);
});
