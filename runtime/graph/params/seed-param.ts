import { z } from 'zod';
import type { ParamMeta } from './param-meta.ts';

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
