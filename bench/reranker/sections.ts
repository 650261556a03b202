/** A part of a page of documentation as plain text. */
export interface Section {
  /** The page's first heading. */
  readonly title: string;
  readonly heading: string;
  readonly text: string;
  /** Of the page's index; the first section has them. */
  readonly keywords: readonly string[];
}

/** Characters of a section that are kept. */
const most = 700;

const entities: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', para: '' },
  ...{ ldquo: '“', rdquo: '”', lsquo: '‘', rsquo: '’', mdash: '—', ndash: '–', hellip: '…' },
};

function decoded(text: string): string {
  return text.replace(/&(#x?[0-9a-f]+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const code = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

function plain(html: string): string {
  return decoded(html.replace(/<[^>]*>/g, ' '))
    .replace(/¶/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ([.,;:!?)])/g, '$1')
    .trim();
}

function cut(text: string): string {
  return text.length <= most ? text : text.slice(0, text.lastIndexOf(' ', most));
}

/** A heading without the chapter and the number before it. */
function bare(heading: string): string {
  const number = /^(?:(?:chapter|appendix|part|section)\s+)?(?:[A-Z]|\d+)(?:\.\d+)*\.?\s+(?=\S)/i;
  const found = number.exec(heading)?.[0] ?? '';
  return (/\d/.test(found) ? heading.slice(found.length) : heading).trim();
}

/** What stands under each heading of a page, up to the next. */
export function htmlSections(html: string): Section[] {
  const keywords = [...html.matchAll(/<meta itemprop="keywords" content="([^"]*)"/g)].map(
    ([, words = '']) => decoded(words),
  );
  const body = html
    .replace(/<(script|style|nav|header|footer|aside|head)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(
      /<div[^>]*class="(?:navheader|navfooter|toc|sphinxsidebar|related|footer|contents)"[\s\S]*?<\/div>/gi,
      ' ',
    );
  const headings = [...body.matchAll(/<h([1-6])\b[^>]*>([\s\S]*?)<\/h\1>/gi)];
  const title = bare(plain(headings[0]?.[2] ?? ''));
  return headings.map(({ index, 0: whole, 2: heading = '' }, at) => {
    const text = cut(plain(body.slice(index + whole.length, headings[at + 1]?.index)));
    return { title, heading: bare(plain(heading)), text, keywords: at === 0 ? keywords : [] };
  });
}

/**
 * The line of a manual page that says what it is for, and its description, where that line does not stand; undefined
 * where it has no description of its own.
 */
export function manualPage(
  roff: string,
): { readonly purpose: string; readonly text: string } | undefined {
  const part = (name: string): string =>
    new RegExp(`^\\.SH "?${name}"?\\s*\\n([\\s\\S]*?)(?=^\\.SH )`, 'm').exec(roff)?.[1] ?? '';
  const [, purpose] = fromRoff(part('NAME')).split(/ [-—] /);
  const text = cut(fromRoff(part('DESCRIPTION')));
  return purpose === undefined || text.length < 120 ? undefined : { purpose, text };
}

function fromRoff(text: string): string {
  return text
    .replace(/^\.\\".*$/gm, '')
    .replace(/^\.(?:BR|B|I|IR|RB|RI|BI|IB|SS|SM)\s+(.*)$/gm, (_, words: string) =>
      words.replace(/" "|"/g, ''),
    )
    .replace(/^\.\w.*$/gm, '')
    .replace(/\\f(?:\[\w*\]|\(..|.)/g, '')
    .replace(/\\-/g, '-')
    .replace(/\\[&/|,~:]/g, '')
    .replace(/\\\((?:aq|cq|oq|dq)|\\\[(?:aq|cq|oq|dq)\]/g, "'")
    .replace(/\\e/g, '\\')
    .replace(/\s+/g, ' ')
    .trim();
}
