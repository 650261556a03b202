import {
  GraphError,
  type ItemMemo,
  metadataSchema,
  type ParamsOf,
  type RunContext,
  type WebReply,
} from '@graft/graph';
import { z } from 'zod';
import { factsOf } from '../kit/text/facts.ts';
import { decodePage } from './decode-page.ts';
import type { loadWeb } from './node.ts';
import { pageText } from './page-text.ts';
import { largestSitemap, type ListedPage, readSitemap, type Sitemap } from './read-sitemap.ts';

const snapshotSchema = z.object({
  /** Where it came from in the end. */
  url: z.string(),
  mediaType: z.string(),
  title: z.string(),
  text: z.string(),
  metadata: metadataSchema,
});
/** A page as it was when it was looked at. */
export type Snapshot = z.infer<typeof snapshotSchema>;

const sitemapSchema = z.object({
  pages: z.array(z.object({ url: z.string(), changed: z.string() })),
  maps: z.array(z.string()),
});

type Params = ParamsOf<typeof loadWeb>;

const mebi = 1024 * 1024;
const htmlTypes = new Set(['', 'text/html', 'application/xhtml+xml']);

/** Pages and sitemaps as they were last looked at, and looked at now where that is due. What was read is kept, one by one. */
export class WebSnapshots {
  readonly #params: Params;
  readonly #since: string;
  readonly #pages: ItemMemo<Snapshot>;
  readonly #maps: ItemMemo<Sitemap>;

  static async open(ctx: RunContext, params: Params): Promise<WebSnapshots> {
    const { content, largest, timeout: seconds, pause } = params;
    const look = async (url: string, most: number): Promise<WebReply> => {
      const { signal } = ctx;
      const reply = await ctx.web.get(url, { signal, most, seconds, pause, robots: true });
      if (reply.status >= 200 && reply.status < 300) return reply;
      throw new GraphError(
        'unavailable',
        `${url} answers ${reply.status}. Check the address, or leave the page out.`,
      );
    };
    const each =
      <Value>(read: (url: string) => Promise<Value>) =>
      (keys: readonly string[]) =>
        Promise.all(keys.map((key) => read(urlOf(key))));
    const pages = each(async (url) => snapshotOf(await look(url, largest * mebi), content));
    const maps = each(async (url) => readSitemap((await look(url, largestSitemap)).body, url));
    const since = ctx.sources.flatMap((one) => (one.kind === 'clock' ? [one.since] : [])).join();
    return new WebSnapshots({
      ...{ params, since },
      pages: await ctx.memo('pages', snapshotSchema, pages),
      maps: await ctx.memo('sitemaps', sitemapSchema, maps),
    });
  }

  private constructor(parts: {
    readonly params: Params;
    /** When the period began in which everything is looked at once; empty: never again. */
    readonly since: string;
    readonly pages: ItemMemo<Snapshot>;
    readonly maps: ItemMemo<Sitemap>;
  }) {
    this.#params = parts.params;
    this.#since = parts.since;
    this.#pages = parts.pages;
    this.#maps = parts.maps;
  }

  sitemap(url: string): Promise<Sitemap> {
    return this.#maps.get(keyOf(url, [this.#params.revision, this.#since]));
  }

  async look(page: ListedPage): Promise<void> {
    await this.#pages.fill([this.#keyOf(page)]);
  }

  page(page: ListedPage): Promise<Snapshot> {
    return this.#pages.get(this.#keyOf(page));
  }

  /** A page whose list says when it changed is due when that does, any other in each period. */
  #keyOf({ url, changed }: ListedPage): string {
    const { content, revision } = this.#params;
    return keyOf(url, [content, revision, changed === '' ? this.#since : changed]);
  }
}

const keySchema = z.array(z.string());

function keyOf(url: string, rest: readonly string[]): string {
  return JSON.stringify([url, ...rest]);
}
function urlOf(key: string): string {
  return keySchema.parse(JSON.parse(key))[0] ?? '';
}

async function snapshotOf(
  { url, type, body }: WebReply,
  content: Params['content'],
): Promise<Snapshot> {
  const mediaType = type.replace(/;.*$/s, '').trim().toLowerCase();
  const isHtml = htmlTypes.has(mediaType);
  if (!isHtml && mediaType !== 'text/plain' && mediaType !== 'text/markdown') {
    throw new GraphError(
      'bad-input',
      `${url} is no page that can be read: it is ${mediaType.slice(0, 80)}. HTML and plain text are.`,
    );
  }
  const decoded = decodePage(body, type, url);
  const { title, text, facts } = isHtml
    ? await pageText(decoded, content)
    : { title: '', text: decoded, facts: {} };
  const { metadata } = factsOf(Object.entries(facts));
  return { url, mediaType: isHtml ? 'text/html' : mediaType, title, text, metadata };
}
