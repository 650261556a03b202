/** The linear maps of a layer, by the last part of their published path, in the order they stand in. */
export const linearKinds = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const;
export type LinearKind = (typeof linearKinds)[number];
