import { z } from 'zod';
import { pageAddress } from '../kit/web/definition.ts';

/** Of an answer of a SearXNG what is used of it; of its parts each may be anything. */
const answerSchema = z.object({
  results: z.array(z.unknown()),
  unresponsive_engines: z.array(z.unknown()).catch([]),
});
/** A result may lead nowhere: a fact, an answer. */
const resultSchema = z.object({ url: z.string().nullable() });
const engineSchema = z.tuple([z.string(), z.string()]);

/** Results that are kept of a search. */
const mostResults = 50;

export interface SearchAnswer {
  /** Addresses of pages, the best first, each once. */
  readonly urls: readonly string[];
  /** The engines behind it that did not answer, each with the reason. */
  readonly silent: readonly string[];
}

/** What a search gave; undefined for what is no answer of a search. */
export function searchAnswer(text: string): SearchAnswer | undefined {
  const { data } = answerSchema.safeParse(json(text));
  if (data === undefined) return undefined;
  const results = data.results.flatMap((result) => resultSchema.safeParse(result).data ?? []);
  if (results.length === 0 && data.results.length > 0) return undefined;
  const urls = results.flatMap(({ url }) => pageAddress(url ?? '') ?? []);
  const silent = data.unresponsive_engines.flatMap((engine) => {
    const [name, reason] = engineSchema.safeParse(engine).data ?? [];
    return name === undefined ? [] : [plain(`${name} (${reason})`).slice(0, 100)];
  });
  return { urls: [...new Set(urls)].slice(0, mostResults), silent: [...new Set(silent)] };
}

/** In one line, without what a terminal would obey, or that would turn the words around it. */
function plain(words: string): string {
  return words
    .slice(0, 1000)
    .replace(/[\s\p{Cc}\p{Bidi_Control}]+/gu, ' ')
    .trim();
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
