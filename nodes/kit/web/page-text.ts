import { readHtml } from '../text/read-html.ts';
import { pageTree } from './page-tree.ts';

export interface PageText {
  readonly title: string;
  readonly text: string;
  /** What the page says of itself. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Code units. Longer pages are read without looking for their main text. */
const longest = 4 * 1024 * 1024;

/**
 * Characters of a main part that is taken for one at once. With less, Readability looks again without leaving out menus and
 * banners, and takes the longest that it finds; its own 500 is more than many a piece of news has.
 */
const shortestPart = 200;

/** Title and text of a page; of its main part where it has one and it is asked for. Nothing of it is run. */
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

/** What the page is about; undefined where it is not found, or the page is such that looking for it fails. */
async function mainPart(html: string) {
  const { Readability } = await import('@mozilla/readability');
  try {
    const tree = await pageTree(html);
    if (tree === undefined) return undefined;
    return new Readability(tree, { charThreshold: shortestPart }).parse() ?? undefined;
  } catch {
    // Libraries that are made for pages of people meet one that was made against them: its words are still there.
    return undefined;
  }
}
