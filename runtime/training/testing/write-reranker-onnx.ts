import { openEncoder } from '../encoders/encoder-model.ts';
import { writeScorerOnnx } from '../encoders/write-onnx.ts';
import { fixture } from './golden.ts';
import { RerankerGoldenCase } from './reranker-measure.ts';

/** Writes fixtures/reranker/model.onnx, which make_rerankers.py --onnx then scores with Python's onnxruntime. */
const model = await openEncoder(fixture('bert'), 'model.safetensors');
const { weights } = await RerankerGoldenCase.open('reranker', model);
await writeScorerOnnx(fixture('reranker', 'model.onnx'), model.config, (name) => {
  const data = weights.get(name);
  return data === undefined ? undefined : { kind: 'memory', data };
});
