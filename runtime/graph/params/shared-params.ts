import type { ParamMeta } from './param-fields.ts';
import { z } from 'zod';

/** Form of the name of a secret in the operator's settings. */
export const secretName = /^[A-Z][A-Z0-9_]*$/;

/** A secret by name: files hold this in place of its value. */
const secretRefSchema = z.strictObject({
  $secret: z.string().regex(secretName),
});

/**
 * A parameter that names a secret, or none. The choice does not affect results, unless it changes what is requested.
 */
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

/** Weight of each adapter of the input `adapters`, in the order of the edges; 0 is off. */
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
 * The parameter `seed` of a seeded node, which runs and experiments replace by their own seed: a whole number of 32
 * bits. The description says what it randomizes.
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
