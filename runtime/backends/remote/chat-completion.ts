import type { GenerateRequest, RemoteModel } from '@graft/graph';
import { z } from 'zod';
import type { RequestKind } from './refusals.ts';
import { withFields } from './remote-request.ts';

export const chat: RequestKind = {
  path: '/chat/completions',
  node: 'Remote model',
  sends: 'prompt',
  server: 'an OpenAI-compatible server',
  address: 'OpenAI-compatible addresses mostly end in /v1.',
};

/**
 * The body of a streaming request. Sends only what every server accepts: `fields` may add other samplers. Omits
 * settings without effect, because some servers refuse them.
 */
export function chatRequest(
  { model, fields }: Pick<RemoteModel, 'model' | 'fields'>,
  { system, prompt, maxTokens, temperature, topP, seed, stop }: GenerateRequest,
): Record<string, unknown> {
  const body = {
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
  };
  return withFields(body, { fields });
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

/** An answer, or a piece of one; the last may contain only the usage. */
export const completionSchema = z.object({
  choices: z
    .array(
      z.object({ delta: saidSchema, message: saidSchema, finish_reason: z.string().nullish() }),
    )
    .max(128),
  usage: usageSchema,
});
export type Completion = z.infer<typeof completionSchema>;
