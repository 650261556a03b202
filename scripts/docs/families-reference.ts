import {
  barOf,
  comparisons,
  families,
  familyNames,
  provedOf,
  type Comparison,
  type FamilyName,
} from '@graft/training/testing/families';
import {
  realBars,
  realModel,
  realProved,
  type RealMeasure,
} from '@graft/training/testing/real-model';

const columns: Readonly<Record<Comparison, string>> = {
  forward: 'forward: logits',
  lora: 'LoRA: logits, gradients',
  quantised: 'LoRA on a quantised base: logits, gradients',
  allWeights: 'all weights: gradients',
  peft: 'adapter to PEFT and back',
  llamaCpp: 'adapter in llama.cpp: log-probabilities',
};

const realRows: Readonly<Record<RealMeasure, string>> = {
  base: 'base: log-probabilities',
  loss: 'loss of a step, relative',
  norm: 'norm of the gradients of a step, relative',
  adapted: 'trained adapter: log-probabilities',
  llamaCpp: 'trained adapter in llama.cpp: log-probabilities',
};

interface Trainable {
  /** `model_type`s in safetensors folders by `general.architecture` of GGUF files. */
  readonly architectures: Readonly<Record<string, readonly string[]>>;
  readonly tensorTypes: readonly string[];
}

/** `docs/families.md`: what training does for each family of models, from what the tests measure. */
export function familiesReference({ architectures, tensorTypes }: Trainable): string {
  const bars = (family: FamilyName): string =>
    `${barOf(family, 'logits')} in logits, ${barOf(family, 'gradients')} in gradients and ${barOf(family, 'logProbabilities')} in log-probabilities`;
  return [
    '# Families of models that Graft trains',
    '<!-- Written by npm run docs. Do not edit. -->',
    'Each number is the largest difference from transformers and PEFT, or in the last column between llama.cpp and PEFT, measured on a tiny random checkpoint that has what is peculiar to the family. Gradients are relative to the largest number of each. A dash means that nobody compared it.',
    table(),
    `The tests measure every cell again and fail above ${bars('llama3')} (Gemma 3: ${barOf('gemma3', 'logProbabilities')}, because on the CPU llama.cpp looks GELU up in a 16-bit table). \`exact\` means that Graft reads the folder that PEFT saved and writes the same tensors and settings.`,
    '## What the checkpoints have',
    familyNames
      .map((name) => `- **${families[name].title}**: ${families[name].peculiarities}.`)
      .join('\n'),
    'The quantised base mixes Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1. Gradients of all weights are taken on the same file.',
    '## A real model',
    `${realModel.title} with its base weights in Q4_K_M (\`graft models pull ${realModel.id}\`): Graft and PEFT each train a LoRA of rank 8 on the same ${String(realModel.rows)} rows, four a step, from the same factors. Both compute in f32 with the weights as the file holds them. Each number is the largest difference over all steps, or over the likeliest next tokens of four rows that nobody trained on.`,
    realTable(),
    '## Limits',
    [
      `- **Architectures.** In GGUF files ${listed(Object.keys(architectures))}; in safetensors folders ${listed([...new Set(Object.values(architectures).flat())])}. Graft refuses any other while you draw.`,
      `- **Tensor types of GGUF files.** ${listed(tensorTypes)}. Graft refuses a file in IQ1, IQ2, IQ3, TQ or MXFP4 while you draw.`,
      '- **RoPE scaling.** None, linear, and that of Llama 3. Graft refuses others, such as YaRN, when it opens the model.',
      '- **Mistral’s sliding window.** llama.cpp ignores it, so the comparison stays within the window. Most Mistral models since v0.2 have none.',
      '- **All weights.** The base must be a GGUF file; the result is a GGUF file in f16.',
      '- **DoRA.** llama.cpp cannot load such adapters. Merge the adapter into its base instead.',
    ].join('\n'),
  ].join('\n\n');
}

function table(): string {
  const rows = familyNames.map((name) => {
    const proved = provedOf(name);
    return [families[name].title, ...comparisons.map((key) => cell(proved[key]))];
  });
  const head = ['family', ...comparisons.map((key) => columns[key])];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function realTable(): string {
  const measures: readonly RealMeasure[] = ['base', 'loss', 'norm', 'adapted', 'llamaCpp'];
  const rows = measures.map((measure) => [
    realRows[measure],
    realProved[measure].toExponential(0),
    String(realBars[measure]),
  ]);
  const head = ['compared', 'largest difference from PEFT', 'the soak fails above'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cell(differences: object | undefined): string {
  if (differences === undefined) return '–';
  const numbers: number[] = Object.values(differences);
  return numbers.map((number) => (number === 0 ? 'exact' : number.toExponential(0))).join(', ');
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
