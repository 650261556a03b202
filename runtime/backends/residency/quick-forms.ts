import type { GgufTensorInfo } from '@graft/kit';
import { ConvertedModels } from '../catalogue/converted-models.ts';
import { fileKey, type LlamaFile } from '../llama/llama-file.ts';
import { quickSizeOf } from './quick-size.ts';
import {
  quickFormOf,
  quickFormVersion,
  readsQuicker,
  type QuickForm,
} from '../llama/reading-speed.ts';
import type { LanguageModelRequest } from './model-request.ts';

/** Writes a GGUF file to `to`, with the tensors that `encodesAnew` selects in Q8_0. */
export type ConvertWeights = (
  from: string,
  to: string,
  options: {
    readonly encodesAnew: (tensor: Pick<GgufTensorInfo, 'name' | 'typeName'>) => boolean;
    readonly signal: AbortSignal;
    readonly progress: (done: number, total: number) => void;
  },
) => Promise<void>;

/** Language models in the encoding that a CPU reads fastest, converted from the published file if needed. */
export class QuickForms {
  readonly #models: ConvertedModels;
  readonly #convert: ConvertWeights;
  /** By exact file, because a header with a large vocabulary takes a moment to read. */
  readonly #forms = new Map<string, Promise<QuickForm | undefined>>();

  constructor(modelsFolder: string, convert: ConvertWeights) {
    this.#models = new ConvertedModels(modelsFolder);
    this.#convert = convert;
  }

  /** The file to read instead of the published one, found by its digest; undefined: none is faster. */
  async open({
    file,
    signal,
    progress,
    verify,
  }: LanguageModelRequest): Promise<LlamaFile | undefined> {
    const form = await this.#formOf(file);
    if (form === undefined) return undefined;
    const { encoding, madeFrom, quicker } = form;
    const { path, size, stamp } = await this.#models.open(
      {
        ...{ id: file.id, digest: file.digest, verify },
        ...{ form: encoding, version: quickFormVersion, bytes: () => quickSizeOf(file) },
        write: (to, hooks) => this.#convert(file.path, to, { ...hooks, encodesAnew: readsQuicker }),
      },
      { signal, progress },
    );
    const readAs = `${encoding}, made from ${madeFrom}: with it, a CPU reads prompts about ${quicker.toFixed(1)} times as fast`;
    return { ...file, path, size, stamp, readAs };
  }

  #formOf(file: LlamaFile): Promise<QuickForm | undefined> {
    const key = fileKey(file);
    const reading = this.#forms.get(key) ?? quickFormOf(file);
    this.#forms.set(key, reading);
    reading.catch(() => this.#forms.delete(key));
    return reading;
  }
}
