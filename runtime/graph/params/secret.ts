import { z } from 'zod';
import type { ParamMeta } from './param-meta.ts';

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
