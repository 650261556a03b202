/** A graph of trivial nodes: node i adds one to the sum of the nodes that it depends on. */
export interface Shape {
  readonly name: string;
  /** For each node, the earlier nodes that it reads. */
  readonly parents: readonly (readonly number[])[];
}

/** Every node reads the one before it. */
export function chain(size: number): Shape {
  const parents = Array.from({ length: size }, (_, i) => (i === 0 ? [] : [i - 1]));
  return { name: `chain ${String(size)}`, parents };
}

/** Layers of 20; every node reads two nodes of the layer above. */
export function layers(size: number): Shape {
  const width = 20;
  const parents = Array.from({ length: size }, (_, i) => {
    const above = i - (i % width) - width;
    if (above < 0) return [];
    return [above + (i % width), above + ((i + 7) % width)];
  });
  return { name: `layers ${String(size)}`, parents };
}
