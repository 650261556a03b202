import type { ggufEncodings, GgufConverter } from '@graft/backends/catalogue';
import type { Problem } from '@graft/graph';
import { z } from 'zod';

type ConversionOptions = Parameters<GgufConverter>[1];

/** What a process converts; without `to` it only reads what the file would take. */
export interface SentConversion {
  readonly type: 'convert';
  readonly folder: string;
  readonly options: ConversionOptions;
  readonly to?: string | undefined;
}

/** Messages to a converter process. It does one conversion, then exits. */
export type ToConverter = SentConversion | { readonly type: 'cancel' };

/** Messages from a converter process. `planned` is the last one where nothing is written; `done` and `failed` always are. */
export type FromConverter =
  /** Bytes that the file takes at most. */
  | { readonly type: 'planned'; readonly bytes: number }
  /** Bytes. */
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'done' }
  | { readonly type: 'failed'; readonly problem: Problem };

const optionsSchema = z.object({
  encoding: z.enum(['f16', 'q8_0'] satisfies [...typeof ggufEncodings]),
  name: z.string(),
  licence: z.string().optional(),
  source: z.string().optional(),
});
const toConverterSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('convert'),
    folder: z.string(),
    options: optionsSchema,
    to: z.string().optional(),
  }),
  z.object({ type: z.literal('cancel') }),
]);
const problem = z.custom<Problem>((value) => typeof value === 'object' && value !== null);
const fromConverterSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('planned'), bytes: z.number() }),
  z.object({ type: z.literal('progress'), done: z.number(), total: z.number() }),
  z.object({ type: z.literal('done') }),
  z.object({ type: z.literal('failed'), problem }),
]);

/** Parses a message of the channel; undefined for foreign ones. */
export function readToConverter(message: unknown): ToConverter | undefined {
  return toConverterSchema.safeParse(message).data;
}
export function readFromConverter(message: unknown): FromConverter | undefined {
  return fromConverterSchema.safeParse(message).data;
}
