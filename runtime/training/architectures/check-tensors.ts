import { GraphError } from '@graft/graph';
import type { TensorEntry } from '../formats/tensor-file.ts';
import type { ModelConfig } from './model-config.ts';
import { weightShapes } from './weight-shapes.ts';

/** The tensors of a model's files, under the names that the files have for them. */
export interface HeldTensors {
  /** For messages. */
  readonly location: string;
  readonly names: Iterable<string>;
  readonly entry: (published: string) => TensorEntry | undefined;
}

/** Derived from the config by whoever wrote them, and by `forward.ts` again: nothing is lost by not reading them. */
const derived = /(?:^|\.)(?:rotary_emb\.inv_freq|attn_rot_embd\.weight)$|^rope_freqs\.weight$/;

/**
 * Checks that a model's files hold every tensor that its program reads, in its shape, and none that it would leave
 * out: with a bias unread the numbers would be wrong, and nothing would say so.
 */
export function checkTensors(config: ModelConfig, { location, names, entry }: HeldTensors): void {
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-model', `${location} ${reason}`, { location: { file: location } });
  const read = new Set<string>();
  const missing: string[] = [];
  for (const [name, shape] of weightShapes(config)) {
    const found = entry(name);
    if (found === undefined) {
      missing.push(name);
      continue;
    }
    read.add(found.name);
    if (found.shape.length === shape.length && found.shape.every((axis, i) => axis === shape[i])) {
      continue;
    }
    throw refuse(
      `holds "${found.name}" as ${found.shape.join(' × ')}; its sizes make it ${shape.join(' × ')}`,
    );
  }
  if (missing.length > 0) {
    throw refuse(
      `has no tensor ${listed(missing)}, which a ${config.architecture.name} of its sizes needs; fetch or convert it again`,
    );
  }
  // A tied head that is written out beside the table is the table.
  const tied = config.tiedHead ? entry('lm_head.weight')?.name : undefined;
  const unread = [...names].filter(
    (name) => !read.has(name) && name !== tied && !derived.test(name),
  );
  if (unread.length > 0) {
    throw refuse(
      `holds ${listed(unread)}, which the family ${config.architecture.name} does not read as its settings are: it would compute something else than the model does`,
    );
  }
}

function listed(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? `"${first}"` : `"${first}" and ${String(others.length)} more`;
}
