import { readHtml } from '../text/read-html.ts';
import { pageTree } from './page-tree.ts';

export interface PageText {
  readonly title: string;
  readonly text: string;
  /** The page's own metadata. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Code units. Reads longer pages without searching for their main text. */
const longest = 4 * 1024 * 1024;

/**
 * Length in characters at which a main part is accepted at once. Below it, Readability tries again without removing
 * menus and banners, and takes the longest result. Its own default, 500, exceeds many news items.
 */
const shortestPart = 200;

/** Title and text of a page, or of its main part if requested and found. Runs none of its code. */
export async function pageText(html: string, content: 'main' | 'all'): Promise<PageText> {
  const whole = await readHtml(html);
  const all = { ...whole, facts: {} };
  if (content === 'all' || html.length > longest) return all;
  const article = await mainPart(html);
  const text = (await readHtml(article?.content ?? '')).text;
  if (article === undefined || text === '') return all;
  const { byline, siteName, lang, publishedTime } = article;
  const meta = { author: byline, site: siteName, language: lang, published: publishedTime };
  return {
    title: (article.title ?? '').trim() || whole.title,
    text,
    facts: Object.fromEntries(
      Object.entries(meta).flatMap(([name, value]) =>
        typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
      ),
    ),
  };
}

/** The main article; undefined if none is found, or if the page makes the search fail. */
async function mainPart(html: string) {
  const { Readability } = await import('@mozilla/readability');
  try {
    const tree = await pageTree(html);
    if (tree === undefined) return undefined;
    return new Readability(tree, { charThreshold: shortestPart }).parse() ?? undefined;
  } catch {
    // A page may attack libraries made for ordinary pages; its words are still there.
    return undefined;
  }
}
