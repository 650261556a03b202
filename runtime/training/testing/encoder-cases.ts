import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openEncoder, type EncoderModel } from '../encoders/encoder-model.ts';
import type { Executor } from '../ir/executor.ts';
import { onnxExecutor } from '../onnx/executor.ts';
import { fixture } from './golden.ts';

/** Path of MiniLM's weights in its folder. */
export const miniLmWeights = 'onnx/model_q4.onnx';

let fetched: Promise<string> | undefined;
/** The folder of all-MiniLM-L6-v2, fetched once. */
export function miniLmFolder(): Promise<string> {
  const program = new URL('../../backends/testing/fetch-embedder.ts', import.meta.url);
  fetched ??= promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', fileURLToPath(program)],
  ]).then(({ stdout }) => stdout);
  return fetched;
}

export const miniLm = async (): Promise<EncoderModel> =>
  openEncoder(await miniLmFolder(), miniLmWeights);

/** A BERT of a few kilobytes. */
export const tinyBert = (): Promise<EncoderModel> =>
  openEncoder(fixture('bert'), 'model.safetensors');

export const onCpu = (): Promise<Executor> => onnxExecutor({ device: 'cpu', threads: 2 });
