import { gunzipSync } from 'node:zlib';
import { GraphError, type WebReply } from '@graft/graph';
import { xmlEncoding } from '../kit/text/decode-text.ts';
import { pageAddress } from '../kit/web/definition.ts';

/** A page that a sitemap lists. */
export interface ListedPage {
  readonly url: string;
  /** Date of its last change, as listed; empty if unknown. */
  readonly changed: string;
}
export interface Sitemap {
  readonly pages: readonly ListedPage[];
  /** Other sitemaps that it lists. */
  readonly maps: readonly string[];
  /** Number of addresses omitted because they are too long. */
  readonly long: number;
}

/** Largest size of an unpacked sitemap in bytes, by the protocol. */
export const largestSitemap = 50 * 1024 * 1024;
/** Most entries of a sitemap, by the protocol. */
const mostEntries = 50_000;
/** Longest address in characters, by the protocol. */
export const longestAddress = 2048;
/** The protocol has three levels; deeper elements are something else. */
const deepest = 16;

/**
 * Reads a sitemap: XML, compressed or not, or a text with an address on each line (sitemaps.org). Only addresses on its
 * own host count: the requested one, or the one that finally answered. Reads the first entries if there are too many.
 * Throws `bad-input` for anything else.
 */
export async function readSitemap(
  { body, url: reached }: Pick<WebReply, 'body' | 'url'>,
  address: string,
): Promise<Sitemap> {
  const text = decoded(isPacked(body) ? unpacked(body, address) : body).trim();
  const hosts = new Set([address, reached].map((url) => new URL(url).host));
  let long = 0;
  const own = (written: string): string[] => {
    const url = written.length > longestAddress ? written : pageAddress(written);
    if (url !== undefined && url.length > longestAddress) {
      long += 1;
      return [];
    }
    return url !== undefined && hosts.has(new URL(url).host) ? [url] : [];
  };
  if (!text.startsWith('<')) {
    const lines = text.split(/\s+/, mostEntries);
    const pages = lines.flatMap((line) => own(line));
    if (pages.length === 0) throw noSitemap(address);
    return { pages: pages.map((url) => ({ url, changed: '' })), maps: [], long };
  }
  const { root, entries } = await xmlEntries(text, address);
  if (root !== 'urlset' && root !== 'sitemapindex') throw noSitemap(address);
  const found = entries.flatMap(({ loc, lastmod }) =>
    own(loc).map((url) => ({ url, changed: lastmod.slice(0, 40) })),
  );
  return root === 'urlset'
    ? { pages: found, maps: [], long }
    : { pages: [], maps: found.map(({ url }) => url), long };
}

/** `loc` and `lastmod` of each `url` or `sitemap`. Does not expand entities that the file defines. */
async function xmlEntries(text: string, address: string) {
  const { Parser } = await import('htmlparser2');
  const entries: { loc: string; lastmod: string }[] = [];
  const path: string[] = [];
  let root = '';
  const parser = new Parser(
    {
      onopentagname(full) {
        const name = full.replace(/^.*:/, '').toLowerCase();
        root ||= name;
        path.push(name);
        if (path.length > deepest) throw noSitemap(address);
        if (path.length !== 2) return;
        if (entries.length === mostEntries) parser.pause();
        else entries.push({ loc: '', lastmod: '' });
      },
      ontext(piece) {
        const entry = entries.at(-1);
        const [, , name] = path;
        if (entry === undefined || path.length !== 3) return;
        if (name !== 'loc' && name !== 'lastmod') return;
        // An oversized value may have megabytes.
        if (entry[name].length <= longestAddress) entry[name] += piece;
      },
      onclosetag() {
        path.pop();
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.write(text);
  parser.end();
  return {
    root,
    entries: entries.map(({ loc, lastmod }) => ({ loc: loc.trim(), lastmod: lastmod.trim() })),
  };
}

/** Any encoding: with a wrong one, only addresses that contain the affected characters are lost. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder(xmlEncoding(bytes)).decode(bytes);
  } catch {
    // It names an unknown encoding.
    return new TextDecoder().decode(bytes);
  }
}

function isPacked([first, second]: Uint8Array): boolean {
  return first === 0x1f && second === 0x8b;
}

function unpacked(body: Uint8Array, address: string): Uint8Array {
  try {
    return gunzipSync(body, { maxOutputLength: largestSitemap });
  } catch (error) {
    const isLarge = error instanceof RangeError;
    throw isLarge
      ? new GraphError(
          'too-large',
          `${address} unpacks to more than 50 MiB, the limit for a sitemap.`,
        )
      : noSitemap(address);
  }
}

function noSitemap(address: string): GraphError {
  return new GraphError(
    'bad-input',
    `${address} is not a sitemap. A sitemap is XML with <urlset> or <sitemapindex>, or a text with one address per line. List single pages under Pages.`,
    { location: { param: 'sitemaps' } },
  );
}
