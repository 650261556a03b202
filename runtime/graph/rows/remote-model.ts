import { z } from 'zod';

/** A model behind an OpenAI-compatible address: what its answers depend on. */
export const remoteModelSchema = z.object({
  /** Without a slash at its end: `http://127.0.0.1:11434/v1`. */
  url: z.string(),
  /** As the server calls it. */
  model: z.string(),
  /** More of each request, over what Graft sends; null takes a field out. */
  fields: z.record(z.string(), z.unknown()),
});
export type RemoteModel = z.infer<typeof remoteModelSchema>;

/** How a remote model may be asked. Not what its answers depend on, so that it is no part of a cache key. */
export interface RemoteAsking {
  readonly url: string;
  /** Name of the secret that is sent as its key. */
  readonly secret?: string;
  /** Requests at once. */
  readonly parallel: number;
  /** Seconds for which the server may be silent. */
  readonly timeout: number;
  /** Tries after the first. */
  readonly retries: number;
}
