import type { ParamsOf, RunContext } from '@graft/graph';
import { z } from 'zod';
import { keptPages, fetchValue, type Snapshot } from '../kit/web/page-snapshot.ts';
import {
  presentPeriod,
  WebMemo,
  type WebValue,
  type WebKey,
  webValueSchema,
} from '../kit/web/web-memo.ts';
import type { loadWeb } from './node.ts';
import { largestSitemap, type ListedPage, readSitemap, type Sitemap } from './read-sitemap.ts';

const sitemapSchema = webValueSchema.extend({
  pages: z.array(z.object({ url: z.string(), changed: z.string() })),
  maps: z.array(z.string()),
  long: z.number().default(0),
});

type SitemapValue = WebValue & Sitemap;
type Params = ParamsOf<typeof loadWeb>;

const mebi = 1024 * 1024;

/** Pages and sitemaps, fetched or revalidated when they are due. The memo keeps each as soon as it is read. */
export class WebSnapshots {
  readonly #params: Params;
  readonly #since: string;
  readonly #pages: WebMemo<Snapshot>;
  readonly #maps: WebMemo<SitemapValue>;

  static async open(ctx: RunContext, params: Params): Promise<WebSnapshots> {
    const { content, largest, timeout: seconds, pause } = params;
    const asking = { seconds, pause, robots: true };
    return new WebSnapshots({
      ...{ params, since: presentPeriod(ctx) },
      pages: await keptPages(ctx, { ...asking, most: largest * mebi, content }),
      maps: await WebMemo.open<SitemapValue>(ctx, 'sitemaps', {
        schema: sitemapSchema,
        fetch: (url, known) =>
          fetchValue(ctx, { ...asking, url, known, most: largestSitemap }, async (reply) => ({
            ...{ ...(await readSitemap(reply, url)), url: reply.url },
            ...(reply.validators === undefined ? {} : { validators: reply.validators }),
          })),
      }),
    });
  }

  private constructor(parts: {
    readonly params: Params;
    /** When the present period began; empty: no address is fetched again. */
    readonly since: string;
    readonly pages: WebMemo<Snapshot>;
    readonly maps: WebMemo<SitemapValue>;
  }) {
    this.#params = parts.params;
    this.#since = parts.since;
    this.#pages = parts.pages;
    this.#maps = parts.maps;
  }

  sitemap(address: string): Promise<Sitemap> {
    return this.#maps.get({ address, settings: [this.#params.revision], period: this.#since });
  }

  fetch(page: ListedPage): Promise<void> {
    return this.#pages.fill(this.#keyOf(page));
  }

  page(page: ListedPage): Promise<Snapshot> {
    return this.#pages.get(this.#keyOf(page));
  }

  /** A page that its sitemap dates is due when that date changes, any other page in each period. */
  #keyOf({ url: address, changed }: ListedPage): WebKey {
    const { content, revision, largest } = this.#params;
    const settings = [content, revision, String(largest)];
    return { address, settings, period: changed === '' ? this.#since : changed };
  }
}
