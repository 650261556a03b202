import { readHtml } from '../text/read-html.ts';

export interface PageText {
  readonly title: string;
  readonly text: string;
  /** What the page says of itself. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Pages with more are read without looking for their main text: that takes a tree, whose depth costs more than its length. */
const most = { length: 4 * 1024 * 1024, elements: 50_000, depth: 400 };

/** Elements without an end tag, or whose end tag is mostly left out. */
const unclosed = new Set(
  'area base br col embed hr img input link meta source track wbr p li dt dd tr td th option thead tbody tfoot'.split(
    ' ',
  ),
);

/** Title and text of a page; of its main part where it has one and it is asked for. Nothing of it is run. */
export async function pageText(html: string, content: 'main' | 'all'): Promise<PageText> {
  const whole = await readHtml(html);
  const all = { ...whole, facts: {} };
  if (content === 'all' || !isModest(html)) return all;
  const [{ Readability }, { parseHTML }] = await Promise.all([
    import('@mozilla/readability'),
    import('linkedom'),
  ]);
  const complete = /<html[\s>]/i.test(html)
    ? html
    : `<!doctype html><html><head></head><body>${html}</body></html>`;
  const article = new Readability(parseHTML(complete).document).parse();
  const text = (await readHtml(article?.content ?? '')).text;
  if (article === null || text === '') return all;
  const { byline, siteName, lang, publishedTime } = article;
  const said = { author: byline, site: siteName, language: lang, published: publishedTime };
  return {
    title: (article.title ?? '').trim() || whole.title,
    text,
    facts: Object.fromEntries(
      Object.entries(said).flatMap(([name, value]) =>
        typeof value === 'string' && value.trim() !== '' ? [[name, value.trim()]] : [],
      ),
    ),
  };
}

/** Whether a tree of the page stays within bounds, told from its tags alone, rather too strictly than too generously. */
function isModest(html: string): boolean {
  if (html.length > most.length) return false;
  let elements = 0;
  let depth = 0;
  for (const [, end, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (end !== '/') elements += 1;
    if (!unclosed.has(name.toLowerCase())) depth += end === '/' ? -1 : 1;
    if (elements > most.elements || depth > most.depth) return false;
  }
  return true;
}
