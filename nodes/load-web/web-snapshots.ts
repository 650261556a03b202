import type { ItemMemo, ParamsOf, RunContext } from '@graft/graph';
import { z } from 'zod';
import { lookAt, pageSnapshot, type Snapshot, snapshotSchema } from '../kit/web/page-snapshot.ts';
import { byAddress, memoKey, presentPeriod } from '../kit/web/web-memo.ts';
import type { loadWeb } from './node.ts';
import { largestSitemap, type ListedPage, readSitemap, type Sitemap } from './read-sitemap.ts';

const sitemapSchema = z.object({
  pages: z.array(z.object({ url: z.string(), changed: z.string() })),
  maps: z.array(z.string()),
});

type Params = ParamsOf<typeof loadWeb>;

const mebi = 1024 * 1024;

/** Pages and sitemaps as they were last looked at, and looked at now where that is due. What was read is kept, one by one. */
export class WebSnapshots {
  readonly #params: Params;
  readonly #since: string;
  readonly #pages: ItemMemo<Snapshot>;
  readonly #maps: ItemMemo<Sitemap>;

  static async open(ctx: RunContext, params: Params): Promise<WebSnapshots> {
    const { content, largest, timeout: seconds, pause } = params;
    const look = (url: string, most: number) =>
      lookAt(ctx, url, { most, seconds, pause, robots: true });
    const pages = byAddress(async (url) => pageSnapshot(await look(url, largest * mebi), content));
    const maps = byAddress(async (url) => readSitemap((await look(url, largestSitemap)).body, url));
    return new WebSnapshots({
      ...{ params, since: presentPeriod(ctx) },
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
    return this.#maps.get(memoKey(url, [this.#params.revision, this.#since]));
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
    return memoKey(url, [content, revision, changed === '' ? this.#since : changed]);
  }
}
