import {
  type Document,
  GraphError,
  implement,
  type ParamsOf,
  type Question,
  type RunContext,
} from '@graft/graph';
import { z } from 'zod';
import { keptPages, pageDocuments, type Snapshot } from '../kit/web/page-snapshot.ts';
import { addressOf, memoKey, presentPeriod } from '../kit/web/web-memo.ts';
import { askEngine } from './ask-engine.ts';
import { searchWeb, searchAddress } from './node.ts';

type Params = ParamsOf<typeof searchWeb>;

/** Most bytes of a page. */
const largestPage = 8 * 1024 * 1024;

export const run = implement(searchWeb, async (ctx, { questions }, params) => {
  const { timeout: seconds, pause, content, revision, top } = params;
  const since = presentPeriod(ctx);
  const asking = { seconds, pause };
  const found = await ctx.memo('results', z.array(z.string()), (keys) =>
    Promise.all(keys.map(async (key) => [...(await askEngine(ctx, addressOf(key), asking))])),
  );
  const pages = await keptPages(ctx, { ...asking, most: largestPage, robots: true, content });

  async function* documents(): AsyncGenerator<Document> {
    const seen = new Set<string>();
    const reported = new Set<string>();
    let first: GraphError | undefined;
    let rows = 0;
    let done = 0;
    /** The page at an address; undefined if it cannot be read or has no text: the next result takes its place. */
    const readable = async (address: string, question: Question): Promise<Snapshot | undefined> => {
      try {
        const snapshot = await pages.get({
          ...{ address, settings: [content, revision], period: since },
        });
        if (snapshot.text.trim() !== '') return snapshot;
        ctx.log('warning', `${address} has no text.`, question.id);
      } catch (error) {
        ctx.signal.throwIfAborted();
        if (!(error instanceof GraphError)) throw error;
        first ??= error;
        // Warns of a site once, not for each of its pages.
        if (!reported.has(error.message)) ctx.log('warning', error.message, question.id);
        reported.add(error.message);
      }
      return undefined;
    };
    for await (const question of questions.rows()) {
      ctx.signal.throwIfAborted();
      const urls = await found.get(memoKey(searchUrl(ctx, question, params), [revision, since]));
      const own = new Set<string>();
      for (const url of urls) {
        if (own.size === top) break;
        const snapshot = await readable(url, question);
        if (snapshot === undefined) continue;
        own.add(snapshot.url);
        if (seen.has(snapshot.url)) continue;
        seen.add(snapshot.url);
        for await (const document of pageDocuments(snapshot, { id: url, metadata: {} })) {
          rows += 1;
          yield document;
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
    throw new GraphError(
      'bad-param',
      'This is not a web address. Use an address such as http://127.0.0.1:8888.',
      {
        location: { node: ctx.node, param: 'url' },
      },
    );
  }
  const asked = new URLSearchParams({ q: question, format: 'json' });
  if (language !== '') asked.set('language', language);
  if (age !== 'any') asked.set('time_range', age);
  return `${address}/search?${asked.toString()}`;
}

function nothing(ctx: RunContext): GraphError {
  return new GraphError('bad-input', 'The search found no page for any question.', {
    location: { node: ctx.node, port: 'questions' },
  });
}
