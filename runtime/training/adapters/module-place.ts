import { linearKinds } from '../architectures/linear-kinds.ts';

/** Where in a model the module of a published path is. */
export function placeOf(path: string): { readonly layer: number; readonly kind: string } {
  const layer = Number(/\.layers\.(\d+)\./.exec(path)?.[1] ?? 0);
  return { layer, kind: path.split('.').at(-1) ?? path };
}

/** Paths in the order of the layers, within a layer in that of the model. */
export function inModelOrder(paths: Iterable<string>): readonly string[] {
  const order = (path: string): number => {
    const { layer, kind } = placeOf(path);
    return layer * linearKinds.length + linearKinds.findIndex((one) => one === kind);
  };
  return [...paths].toSorted((one, other) => order(one) - order(other));
}
