import type { HTMLElement, Node } from 'node-html-parser';

/** Elements whose content is no text of the page. */
const DROPPED = new Set(
  'script style noscript template head svg iframe object canvas button select textarea'.split(' '),
);
/** Elements that stand on lines of their own; those of `APART` with a blank line around them. */
const APART = new Set(
  'p h1 h2 h3 h4 h5 h6 table ul ol dl pre blockquote section article header footer main aside nav figure hr form body'.split(
    ' ',
  ),
);
const LINES = new Set(
  'div li tr dt dd caption figcaption address option fieldset legend'.split(' '),
);

/** Title and text of a page: markup gone, entities decoded, blocks on lines of their own. */
export async function readHtml(html: string): Promise<{ title: string; text: string }> {
  const { parse, NodeType } = await import('node-html-parser');
  // The parser takes a document type for text.
  const root = parse(html.replace(/^\s*(<\?xml[^>]*>\s*)?<!doctype[^>]*>/i, ''), {
    comment: false,
    blockTextElements: { script: true, noscript: true, style: true, pre: true },
  });
  const heading = root.querySelector('title') ?? root.querySelector('h1');
  const out = new BlockText();
  // A stack of its own: pages may nest deeper than the call stack.
  const stack: (Node | (() => void))[] = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (typeof next === 'function') next();
    else if (next.nodeType === NodeType.TEXT_NODE) out.write(next.text, preformatted(next));
    else if (isElement(next)) open(next);
  }
  return { title: (heading?.text ?? '').replace(/\s+/g, ' ').trim(), text: out.text() };

  function isElement(node: Node): node is HTMLElement {
    return node.nodeType === NodeType.ELEMENT_NODE;
  }
  function open(element: HTMLElement): void {
    const name = element.rawTagName?.toLowerCase() ?? '';
    if (DROPPED.has(name)) return;
    if (name === 'br') out.line();
    const around = APART.has(name)
      ? () => out.apart()
      : LINES.has(name)
        ? () => out.line()
        : undefined;
    around?.();
    if (around !== undefined) stack.push(around);
    else if (name === 'td' || name === 'th') stack.push(() => out.cell());
    for (let at = element.childNodes.length - 1; at >= 0; at -= 1) {
      const child = element.childNodes[at];
      if (child !== undefined) stack.push(child);
    }
  }
  function preformatted(node: Node): boolean {
    return node.parentNode?.rawTagName?.toLowerCase() === 'pre';
  }
}

/** Text in the making: breaks are remembered and written once text follows. */
class BlockText {
  private readonly pieces: string[] = [];
  private pending = '';
  private blank = true;

  write(raw: string, preformatted: boolean): void {
    const text = preformatted ? raw : raw.replace(/[\s\u00a0]+/g, ' ');
    if (text.trim() === '') {
      if (text !== '' && this.pending === '' && !this.blank) this.pending = ' ';
      return;
    }
    const joined = /^[ \t|]*$/.test(this.pending);
    this.pieces.push(
      this.blank ? '' : this.pending,
      joined && !this.blank ? text : text.trimStart(),
    );
    this.pending = '';
    this.blank = false;
  }
  cell(): void {
    if (!this.pending.includes('\n')) this.pending = ' | ';
  }
  line(): void {
    if (!this.pending.includes('\n')) this.pending = '\n';
  }
  apart(): void {
    this.pending = '\n\n';
  }
  text(): string {
    return this.pieces.join('').replace(/ +\n/g, '\n').trim();
  }
}
