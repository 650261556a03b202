import { gunzipSync } from 'node:zlib';
import { GraphError, type WebReply } from '@graft/graph';
import { xmlEncoding } from '../kit/text/decode-text.ts';
import { pageAddress } from '../kit/web/definition.ts';

/** A page that a list names. */
export interface ListedPage {
  readonly url: string;
  /** When it was last changed, as the list says; empty where it does not. */
  readonly changed: string;
}
export interface Sitemap {
  readonly pages: readonly ListedPage[];
  /** Other sitemaps that it names. */
  readonly maps: readonly string[];
  /** Addresses that are left out since they are too long. */
  readonly long: number;
}

/** Bytes of a sitemap, unpacked, as the protocol has it. */
export const largestSitemap = 50 * 1024 * 1024;
/** Entries of a sitemap, as the protocol has it. */
const mostEntries = 50_000;
/** Characters of an address, as the protocol has it. */
export const longestAddress = 2048;
/** The protocol has three levels; what goes deeper is something else. */
const deepest = 16;

/**
 * A sitemap: XML, packed or not, or a text with an address a line (sitemaps.org). Only addresses of its own host count: of
 * the one that was asked, and of the one that answered in the end. Of more entries than it may have the first are read.
 * Throws `bad-input` for what is none.
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

/** `loc` and `lastmod` of each `url` or `sitemap`. Entities that the file defines are not expanded. */
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
        // Of what is too long anyhow there may be megabytes.
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

/** Whatever it is written in: of what does not fit only the addresses are lost that it stands in. */
function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder(xmlEncoding(bytes)).decode(bytes);
  } catch {
    // It names an encoding that nobody knows.
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
    `${address} is not a sitemap. A sitemap is XML with <urlset> or <sitemapindex>, or a text with one address a line. List single pages under Pages.`,
    { location: { param: 'sitemaps' } },
  );
}
