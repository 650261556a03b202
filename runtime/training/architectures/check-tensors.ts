import { GraphError } from '@graft/graph';
import type { TensorEntry } from '../formats/tensor-file.ts';
import type { Shape } from '../ir/shape.ts';

/** Tensors that a program reads. */
export interface ReadTensors {
  readonly family: string;
  /** By published name. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Tensors that may stay unread: they do not affect results. */
  readonly spare: (name: string) => boolean;
}

/** The tensors of a model's files, under the names in the files. */
export interface HeldTensors {
  /** For messages. */
  readonly location: string;
  readonly names: Iterable<string>;
  readonly entry: (published: string) => Pick<TensorEntry, 'name' | 'shape'> | undefined;
}

/**
 * Checks that a model's files hold every tensor that its program reads, in the right shape, and none that it would
 * ignore: an ignored bias would silently change results.
 */
export function checkTensors(
  { family, shapes, spare }: ReadTensors,
  { location, names, entry }: HeldTensors,
): void {
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-model', `${location} ${reason}`, { location: { file: location } });
  const read = new Set<string>();
  const missing: string[] = [];
  for (const [name, shape] of shapes) {
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
      `has no tensor ${listed(missing)}, which a ${family} of its sizes needs; fetch or convert it again`,
    );
  }
  const unread = [...names].filter((name) => !read.has(name) && !spare(name));
  if (unread.length > 0) {
    throw refuse(
      `holds ${listed(unread)}, which the family ${family} does not read as its settings are: it would compute something else than the model does`,
    );
  }
}

function listed(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? `"${first}"` : `"${first}" and ${String(others.length)} more`;
}
