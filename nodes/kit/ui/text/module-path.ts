/** A module's place in its model. */
export interface ModulePlace {
  readonly layer: number;
  /** `q_proj`, `down_proj` … */
  readonly kind: string;
}

/** `model.layers.3.self_attn.q_proj` → layer 3, `q_proj`; undefined for other paths. */
export function modulePlace(path: string): ModulePlace | undefined {
  const found = /(?:^|\.)layers\.(\d+)\.(?:.*\.)?([^.]+)$/.exec(path);
  const [, layer, kind] = found ?? [];
  return layer === undefined || kind === undefined ? undefined : { layer: Number(layer), kind };
}

const known = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'];

/** Kinds in a layer's order of computation. */
export function kindsInOrder(kinds: Iterable<string>): string[] {
  const rank = (kind: string): number => {
    const at = known.indexOf(kind);
    return at === -1 ? known.length : at;
  };
  return [...new Set(kinds)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}
