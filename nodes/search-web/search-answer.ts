import { z } from 'zod';
import { pageAddress } from '../kit/web/definition.ts';

/** The used parts of a SearXNG answer; each may be anything. */
const answerSchema = z.object({
  results: z.array(z.unknown()),
  unresponsive_engines: z.array(z.unknown()).catch([]),
});
/** A result may have no address: a fact, an answer. */
const resultSchema = z.object({ url: z.string().nullable() });
const engineSchema = z.tuple([z.string(), z.string()]);

/** Most results to keep of a search. */
const mostResults = 50;

export interface SearchAnswer {
  /** Addresses of pages, best first, without repetitions. */
  readonly urls: readonly string[];
  /** Engines behind it that failed, each with the reason. */
  readonly silent: readonly string[];
}

/** Parses a search's answer; undefined if it is none. */
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

/** On one line, without characters that control a terminal or reverse the surrounding text. */
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
