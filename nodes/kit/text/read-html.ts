import type { TokenizerCallbacks } from 'htmlparser2';
import { BlockText } from './block-text.ts';
import { headingMark, markedAsMarkdown, verbatimMark } from './plain-lines.ts';

/** Elements whose content is not text of the page. */
const droppedElements = new Set(
  'script style noscript template head svg iframe object canvas button select textarea'.split(' '),
);
/** Of these, elements that the tokenizer reads to their end tag, whatever the start tag says. */
const raw = new Set('script style noscript iframe textarea title'.split(' '));
/** Block elements; those in `APART` have a blank line around them. */
const apartElements = new Set(
  'p h1 h2 h3 h4 h5 h6 table ul ol dl pre blockquote section article header footer main aside nav figure hr form body'.split(
    ' ',
  ),
);
const lineElements = new Set(
  'div li tr dt dd caption figcaption address option fieldset legend'.split(' '),
);

export interface PageTexts {
  readonly title: string;
  readonly text: string;
}

/**
 * Title and text of a page: without markup, entities decoded, blocks on lines of their own. Reads the stream of tags
 * without a tree, so that nesting depth costs no more than its length.
 */
export async function readHtml(html: string): Promise<PageTexts> {
  return read(html, false);
}

/** Like `readHtml`, but with headings in Markdown; escapes other text that looks like one. */
export async function readHtmlAsMarkdown(html: string): Promise<PageTexts> {
  const { title, text } = await read(html, true);
  return { title, text: markedAsMarkdown(text) };
}

async function read(html: string, marks: boolean): Promise<PageTexts> {
  const { Tokenizer } = await import('htmlparser2');
  const reader = new PageReader(html, marks);
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  tokenizer.write(html);
  tokenizer.end();
  return { title: reader.title(), text: reader.text() };
}

/** Receives tags and texts of a page, with their positions. */
class PageReader implements TokenizerCallbacks {
  readonly #html: string;
  /** Whether to mark headings and preformatted lines. */
  readonly #marks: boolean;
  readonly #out = new BlockText();
  /** Text since the last tag. */
  #pending: string[] = [];
  /** The outermost dropped element, and how many of its name are open. */
  #dropped = { name: '', open: 0 };
  #preformatted = 0;
  #opened = '';
  /** The first title and first heading of the page; undefined before it, complete once another begins. */
  readonly #titles: Record<'title' | 'h1', { text: string; open: boolean } | undefined> = {
    title: undefined,
    h1: undefined,
  };

  constructor(html: string, marks: boolean) {
    this.#html = html;
    this.#marks = marks;
  }

  title(): string {
    const { title, h1 } = this.#titles;
    return ((title ?? h1)?.text ?? '').replace(/\s+/g, ' ').trim();
  }
  text(): string {
    return this.#out.text();
  }

  ontext(start: number, end: number): void {
    this.#pending.push(this.#html.slice(start, end));
  }
  ontextentity(code: number): void {
    this.#pending.push(String.fromCodePoint(code));
  }
  onopentagname(start: number, end: number): void {
    this.#flush();
    this.#opened = this.#html.slice(start, end).toLowerCase();
    this.#open(this.#opened);
  }
  onselfclosingtag(): void {
    if (!raw.has(this.#opened)) this.#close(this.#opened);
  }
  onclosetag(start: number, end: number): void {
    this.#flush();
    this.#close(this.#html.slice(start, end).toLowerCase());
  }
  onend(): void {
    this.#flush();
  }
  // Everything else of a page is no text.
  onopentagend(): void {}
  onattribname(): void {}
  onattribdata(): void {}
  onattribentity(): void {}
  onattribend(): void {}
  oncdata(): void {}
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}

  #flush(): void {
    const text = this.#pending.join('');
    if (text === '') return;
    this.#pending = [];
    const { title, h1 } = this.#titles;
    if (title?.open === true) {
      title.text += text;
      return;
    }
    if (this.#dropped.open > 0) return;
    if (h1?.open === true) h1.text += text;
    const verbatim = this.#preformatted > 0;
    this.#out.write(
      this.#marks && verbatim ? text.replaceAll('\n', `\n${verbatimMark}`) : text,
      verbatim,
    );
  }

  #open(name: string): void {
    const dropped = this.#dropped;
    // Pages may omit the end of their head.
    if (dropped.name === 'head' && name === 'body') dropped.open = 0;
    if (dropped.open === 0 && droppedElements.has(name)) this.#dropped = { name, open: 1 };
    else if (dropped.open > 0 && dropped.name === name) dropped.open += 1;
    if (name === 'title' && (this.#dropped.open === 0 || this.#dropped.name === 'head')) {
      this.#titles.title ??= { text: '', open: true };
    }
    if (this.#dropped.open > 0) return;
    if (name === 'h1') this.#titles.h1 ??= { text: '', open: true };
    if (name === 'pre') this.#preformatted += 1;
    if (name === 'br') this.#out.line();
    this.#around(name);
    if (!this.#marks) return;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined) this.#out.write(`${headingMark.repeat(Number(level))} `, true);
    else if (name === 'pre') this.#out.write(verbatimMark, true);
  }

  #close(name: string): void {
    const { title, h1 } = this.#titles;
    if (name === 'title' && title !== undefined) title.open = false;
    const dropped = this.#dropped;
    if (dropped.open > 0) {
      if (dropped.name === name) dropped.open -= 1;
      return;
    }
    if (name === 'h1' && h1 !== undefined) h1.open = false;
    if (name === 'pre' && this.#preformatted > 0) this.#preformatted -= 1;
    if (name === 'td' || name === 'th') this.#out.cell();
    this.#around(name);
  }

  #around(name: string): void {
    if (apartElements.has(name)) this.#out.apart();
    else if (lineElements.has(name)) this.#out.line();
  }
}
