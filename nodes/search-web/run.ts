import {
  type Document,
  GraphError,
  implement,
  type ParamsOf,
  type Question,
  type RunContext,
} from '@graft/graph';
import { z } from 'zod';
import { lookAt, pageDocuments, pageSnapshot, snapshotSchema } from '../kit/web/page-snapshot.ts';
import { byAddress, memoKey, presentPeriod } from '../kit/web/web-memo.ts';
import { searchWeb } from './node.ts';
import { searchAddress } from './search-address.ts';

type Params = ParamsOf<typeof searchWeb>;

/** Bytes of a search's answer, and of a page. */
const largest = { answer: 4 * 1024 * 1024, page: 8 * 1024 * 1024 };

const answerSchema = z.object({ results: z.array(z.object({ url: z.string() })) });
const foundSchema = z.array(z.string());

export const run = implement(searchWeb, async (ctx, { questions }, params) => {
  const { timeout: seconds, pause, content, revision } = params;
  const since = presentPeriod(ctx);
  const searching = byAddress((address) => search(ctx, address, { seconds, pause }));
  const reading = byAddress(async (url) => {
    const most = largest.page;
    const reply = await lookAt(ctx, url, { most, seconds, pause, robots: true });
    return pageSnapshot(reply, content);
  });
  const found = await ctx.memo('results', foundSchema, searching);
  const pages = await ctx.memo('pages', snapshotSchema, reading);

  async function* documents(): AsyncGenerator<Document> {
    const seen = new Set<string>();
    let first: GraphError | undefined;
    let rows = 0;
    let done = 0;
    for await (const question of questions.rows()) {
      ctx.signal.throwIfAborted();
      const urls = await found.get(memoKey(searchUrl(ctx, question, params), [revision, since]));
      let read = 0;
      for (const url of urls) {
        if (read === params.top) break;
        try {
          const snapshot = await pages.get(memoKey(url, [content, revision, since]));
          read += 1;
          if (snapshot.text.trim() === '' || seen.has(snapshot.url)) continue;
          seen.add(snapshot.url);
          for await (const document of pageDocuments(snapshot, { id: url, metadata: {} })) {
            rows += 1;
            yield document;
          }
        } catch (error) {
          ctx.signal.throwIfAborted();
          // The next result takes its place.
          if (!(error instanceof GraphError)) throw error;
          first ??= error;
          ctx.log('warning', error.message, question.id);
        }
      }
      done += 1;
      ctx.progress({ done, total: questions.count, unit: 'questions', message: question.question });
    }
    if (rows === 0) throw first ?? nothing(ctx);
  }
  return { documents: documents() };
});

function searchUrl(
  ctx: RunContext,
  { question }: Question,
  { url, language, age }: Params,
): string {
  const address = searchAddress(url);
  if (address === undefined) {
    throw new GraphError('bad-param', 'This is no address of a search engine.', {
      location: { node: ctx.node, param: 'url' },
    });
  }
  const asked = new URLSearchParams({ q: question, format: 'json' });
  if (language !== '') asked.set('language', language);
  if (age !== 'any') asked.set('time_range', age);
  return `${address}/search?${asked.toString()}`;
}

/** Addresses that a search finds, the best first. */
async function search(
  ctx: RunContext,
  address: string,
  { seconds, pause }: { readonly seconds: number; readonly pause: number },
): Promise<string[]> {
  const { signal } = ctx;
  const request = { signal, seconds, pause, most: largest.answer };
  const { status, body } = await ctx.web.get(address, { ...request, robots: false, asks: true });
  const { origin } = new URL(address);
  if (status === 403) {
    throw unavailable(
      `${origin} does not answer in JSON (403). In a SearXNG of your own, add json to search.formats in its settings.yml.`,
    );
  }
  if (status < 200 || status >= 300) {
    throw unavailable(
      `${origin} answers a search with ${status}. Check the address, and whether it is well.`,
    );
  }
  const { data } = answerSchema.safeParse(json(new TextDecoder().decode(body)));
  if (data === undefined) {
    throw unavailable(
      `${origin} does not answer a search as SearXNG does, in JSON with results. Check the address.`,
    );
  }
  return [...new Set(data.results.map(({ url }) => url))].slice(0, 50);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nothing(ctx: RunContext): GraphError {
  return new GraphError('bad-input', 'The search finds no page for any of the questions.', {
    location: { node: ctx.node, port: 'questions' },
  });
}

function unavailable(message: string): GraphError {
  return new GraphError('unavailable', message, {
    audience: 'operator',
    location: { param: 'url' },
  });
}
