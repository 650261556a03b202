import type { z } from 'zod';

/** A row that fits the port's schema, or as it came. */
export type FittingRow<T> =
  { readonly fits: true; readonly value: T } | { readonly fits: false; readonly raw: unknown };

/** Rows read by a schema; one that does not fit is kept to be shown as JSON. */
export function fittingRows<T>(rows: readonly unknown[], schema: z.ZodType<T>): FittingRow<T>[] {
  return rows.map((raw) => {
    const parsed = schema.safeParse(raw);
    return parsed.success ? { fits: true, value: parsed.data } : { fits: false, raw };
  });
}
