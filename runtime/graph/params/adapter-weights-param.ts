import type { ParamMeta } from './param-meta.ts';
import { z } from 'zod';

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
