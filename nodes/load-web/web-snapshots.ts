import type { ParamsOf, RunContext } from '@graft/graph';
import { z } from 'zod';
import { KeptLooks, type Look, type Looking, lookSchema } from '../kit/web/kept-looks.ts';
import { keptPages, lookAt, type Snapshot } from '../kit/web/page-snapshot.ts';
import { presentPeriod } from '../kit/web/web-memo.ts';
import type { loadWeb } from './node.ts';
import { largestSitemap, type ListedPage, readSitemap, type Sitemap } from './read-sitemap.ts';

const sitemapSchema = lookSchema.extend({
  pages: z.array(z.object({ url: z.string(), changed: z.string() })),
  maps: z.array(z.string()),
  long: z.number().default(0),
});

type KeptSitemap = Look & Sitemap;
type Params = ParamsOf<typeof loadWeb>;

const mebi = 1024 * 1024;

/** Pages and sitemaps as they were last looked at, and looked at now where that is due. What was read is kept, one by one. */
export class WebSnapshots {
  readonly #params: Params;
  readonly #since: string;
  readonly #pages: KeptLooks<Snapshot>;
  readonly #maps: KeptLooks<KeptSitemap>;

  static async open(ctx: RunContext, params: Params): Promise<WebSnapshots> {
    const { content, largest, timeout: seconds, pause } = params;
    const asking = { seconds, pause, robots: true };
    return new WebSnapshots({
      ...{ params, since: presentPeriod(ctx) },
      pages: await keptPages(ctx, { ...asking, most: largest * mebi, content }),
      maps: await KeptLooks.open<KeptSitemap>(ctx, 'sitemaps', {
        schema: sitemapSchema,
        look: (url, known) =>
          lookAt(ctx, { ...asking, url, known, most: largestSitemap }, async (reply) => ({
            ...{ ...(await readSitemap(reply, url)), url: reply.url },
            ...(reply.validators === undefined ? {} : { validators: reply.validators }),
          })),
      }),
    });
  }

  private constructor(parts: {
    readonly params: Params;
    /** When the period began in which everything is looked at once; empty: never again. */
    readonly since: string;
    readonly pages: KeptLooks<Snapshot>;
    readonly maps: KeptLooks<KeptSitemap>;
  }) {
    this.#params = parts.params;
    this.#since = parts.since;
    this.#pages = parts.pages;
    this.#maps = parts.maps;
  }

  sitemap(address: string): Promise<Sitemap> {
    return this.#maps.get({ address, way: [this.#params.revision], period: this.#since });
  }

  look(page: ListedPage): Promise<void> {
    return this.#pages.fill(this.#lookingAt(page));
  }

  page(page: ListedPage): Promise<Snapshot> {
    return this.#pages.get(this.#lookingAt(page));
  }

  /** A page whose list says when it changed is due when that does, any other in each period. */
  #lookingAt({ url: address, changed }: ListedPage): Looking {
    const { content, revision, largest } = this.#params;
    const way = [content, revision, String(largest)];
    return { address, way, period: changed === '' ? this.#since : changed };
  }
}
