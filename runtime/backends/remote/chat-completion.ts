import type { GenerateRequest, RemoteModel } from '@graft/graph';
import { z } from 'zod';

/**
 * The body of a request for an answer, as a stream. Only what every server takes: samplers that the protocol does not
 * know are left to `fields`. What does nothing is not sent, since some servers refuse it.
 */
export function chatRequest(
  { model, fields }: Pick<RemoteModel, 'model' | 'fields'>,
  { system, prompt, maxTokens, temperature, topP, seed, stop }: GenerateRequest,
): Record<string, unknown> {
  const body: Record<string, unknown> = {
    model,
    messages: [
      ...(system === '' ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: prompt },
    ],
    max_tokens: maxTokens,
    temperature,
    ...(temperature === 0 ? {} : { top_p: topP, seed }),
    ...(stop.length === 0 ? {} : { stop }),
    stream: true,
    stream_options: { include_usage: true },
    ...fields,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

const tokensSchema = z.number().int().nonnegative();
const saidSchema = z.object({ content: z.string().nullish() }).nullish();
const usageSchema = z
  .object({
    prompt_tokens: tokensSchema,
    completion_tokens: tokensSchema,
    prompt_tokens_details: z.object({ cached_tokens: tokensSchema.nullish() }).nullish(),
  })
  .nullish()
  .catch(undefined);

/** An answer, or a piece of one; the last may hold the usage alone. */
export const completionSchema = z.object({
  choices: z
    .array(
      z.object({ delta: saidSchema, message: saidSchema, finish_reason: z.string().nullish() }),
    )
    .max(128),
  usage: usageSchema,
});
export type Completion = z.infer<typeof completionSchema>;
