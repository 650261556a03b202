import type { ParamMeta } from './param-meta.ts';
import { z } from 'zod';

/** What a secret of the operator's settings is called. */
export const secretName = /^[A-Z][A-Z0-9_]*$/;

/** A secret by name: what files hold in the place of its value. */
const secretRefSchema = z.strictObject({
  $secret: z.string().regex(secretName),
});

/** A parameter that names a secret, or none. Which one it is, is no part of a result, unless it says what is asked. */
export function secretParam(title: string, description: string, affectsResult = false) {
  return secretRefSchema
    .nullable()
    .default(null)
    .meta({
      ...{ title, description },
      control: 'secret',
      affectsResult,
    } satisfies ParamMeta);
}

/** By how much each adapter of the input `adapters` counts, in the order of the edges; 0 is off. */
export const adapterWeightsParam = z
  .array(z.number().min(-10).max(10))
  .default([])
  .meta({
    title: 'Adapter weights',
    description:
      'One weight for each adapter, in the order of the connections. Missing weights are 1. 0 turns an adapter off.',
    entryPerEdge: 'adapters',
  } satisfies ParamMeta);

/**
 * The parameter `seed` of a seeded node, in whose place runs and experiments put a seed of theirs: a whole number of 32
 * bits. The description says what is drawn by it.
 */
export function seedParam(
  description: string,
  { advanced = true }: { readonly advanced?: boolean } = {},
) {
  return z
    .int()
    .min(0)
    .max(4_294_967_295)
    .default(0)
    .meta({ title: 'Seed', description, advanced } satisfies ParamMeta);
}
