import { sizeOf, type Shape } from '../ir/shape.ts';
import { linearKinds } from './description.ts';
import { linearPath, linearSize, type ModelConfig } from './model-config.ts';

/** Every weight of a model by published name, in layer order, with its shape. */
export function weightShapes(config: ModelConfig): ReadonlyMap<string, Shape> {
  const { vocabulary, width, headWidth, architecture } = config;
  const shapes = new Map<string, Shape>([['model.embed_tokens.weight', [vocabulary, width]]]);
  for (let layer = 0; layer < config.layers; layer++) {
    const path = `model.layers.${layer}`;
    const gain = (name: string, length = width): void => {
      shapes.set(`${path}.${name}.weight`, [length]);
    };
    gain('input_layernorm');
    for (const kind of linearKinds) {
      const [inputs, outputs] = linearSize(config, kind);
      shapes.set(`${linearPath(layer, kind)}.weight`, [outputs, inputs]);
      if (config.biases.includes(kind)) {
        shapes.set(`${linearPath(layer, kind)}.bias`, [outputs]);
      }
    }
    if (architecture.queryKeyNorm) {
      gain('self_attn.q_norm', headWidth);
      gain('self_attn.k_norm', headWidth);
    }
    gain('post_attention_layernorm');
    if (architecture.postNorms) {
      gain('pre_feedforward_layernorm');
      gain('post_feedforward_layernorm');
    }
  }
  shapes.set('model.norm.weight', [width]);
  if (!config.tiedHead) shapes.set('lm_head.weight', [vocabulary, width]);
  return shapes;
}

/** Number of weights of a model; a head that is also the embedding counts once. */
export function parameterCount(config: ModelConfig): number {
  return [...weightShapes(config).values()].reduce((sum, shape) => sum + sizeOf(shape), 0);
}
