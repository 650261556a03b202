/**
 * Prints how far llama.cpp's answers on the CPU, for a quantised model, are from themselves and from ours:
 * `npx tsx testing/rounding-noise.ts model.gguf "text of up to 60 tokens"`.
 */
import { openBaseModel } from '../architectures/base-model.ts';
import { disagreement, LlamaCpp, ours, type Answers } from './llama-cpp.ts';

const [file, text] = process.argv.slice(2);
if (file === undefined || text === undefined) throw new Error('name a model and a text');
await using llama = await LlamaCpp.onCpu();
const tokens = (await llama.tokens(file, text)).slice(0, 60);
const together = await llama.answers(file, tokens);
const others: readonly (readonly [string, Answers])[] = [
  ['itself again', await llama.answers(file, tokens)],
  ['itself, token by token', await llama.answers(file, tokens, { batch: 1 })],
  ['ours, which rounds no activations', await ours(await openBaseModel(file), tokens)],
];
for (const [name, answers] of others) {
  const lost = -answers.reduce((sum, row, at) => sum + (row[tokens[at + 1] ?? -1] ?? 0), 0);
  const loss = (lost / (tokens.length - 1)).toFixed(4);
  console.log(name.padEnd(34), disagreement(answers, together).toFixed(4), `loss ${loss}`);
}
