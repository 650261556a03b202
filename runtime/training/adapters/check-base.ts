import { GraphError } from '@graft/graph';
import { linearModules, type ModelConfig } from '../architectures/model-config.ts';
import { scaleOf, type Adapter } from './adapter.ts';

/**
 * Checks that every module of an adapter fits a base. Throws `bad-input` for a module that the base lacks, another
 * shape, a rank above the map's sizes, and values and scales that are not finite.
 */
export function checkAgainstBase(
  adapter: Adapter,
  base: { readonly id: string; readonly config: ModelConfig },
  file: string,
): void {
  const places = new Map(linearModules(base.config).map((place) => [place.path, place]));
  for (const [path, module] of adapter.modules) {
    const { inputs, outputs, rank, alpha, a, b, magnitude } = module;
    const refuse = (reason: string): GraphError =>
      new GraphError('bad-input', `${file}: ${path} ${reason}`, { location: { file } });
    const place = places.get(path);
    if (place === undefined) {
      throw refuse(
        `is not a linear map of ${base.id}, which has ${base.config.layers} layers; choose the base it was trained on`,
      );
    }
    if (place.inputs !== inputs || place.outputs !== outputs) {
      throw refuse(
        `changes a map of ${outputs} × ${inputs}, but in ${base.id} it is ${place.outputs} × ${place.inputs}; choose the base it was trained on`,
      );
    }
    checkRank(file, path, { inputs, outputs, rank });
    // For llama.cpp, 0 means no scaling.
    const scaled = Math.fround(scaleOf(adapter, module) * rank);
    if (scaled === 0 || !Number.isFinite(scaled)) {
      throw refuse(
        `has the alpha ${alpha}, which gives no valid scale; train it with an alpha above 0`,
      );
    }
    if (![a, b, magnitude].every((factor) => factor?.every(Number.isFinite) ?? true)) {
      throw refuse('has values that are not numbers; the training that wrote it diverged');
    }
  }
}

/** A rank above a map's sizes adds no expressiveness. */
export function checkRank(
  file: string,
  path: string,
  size: { readonly inputs: number; readonly outputs: number; readonly rank: number },
): void {
  const most = Math.min(size.inputs, size.outputs);
  if (size.rank >= 1 && size.rank <= most) return;
  throw new GraphError(
    'bad-input',
    `${file}: ${path} has rank ${size.rank}, but a map of ${size.outputs} × ${size.inputs} can have only 1 to ${most}`,
    { location: { file } },
  );
}
