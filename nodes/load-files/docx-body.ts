import { headingLine, plainLines } from '../kit/text/plain-lines.ts';
import type { DocxNumbering } from './docx-numbering.ts';
import { type DocxStyles, idOf, levelOf, outlineLevel } from './docx-styles.ts';
import type { XmlAttributes, XmlHandler } from './read-xml.ts';

/** Parts that a body refers to. */
export interface DocxParts {
  readonly styles: DocxStyles;
  readonly numbering: DocxNumbering;
  /** Texts by `footnote:ID` and `endnote:ID`. */
  readonly notes: ReadonlyMap<string, string>;
}

interface Paragraph {
  readonly pieces: string[];
  style: string;
  level: number | undefined;
  list: string | undefined;
  listLevel: number | undefined;
}

interface Block {
  readonly text: string;
  /** Joins the next line of its kind. */
  readonly item: boolean;
}

/** Elements whose content is not text of the document: deletions, earlier versions, copies for old readers. */
const dropped = new Set(
  'del moveFrom Fallback pPrChange rPrChange tblPrChange trPrChange tcPrChange sectPrChange'.split(
    ' ',
  ),
);

/** Markdown of a WordprocessingML body: headings as such, one line for each table row, notes below their paragraph. */
export class DocxBody implements XmlHandler {
  readonly #parts: DocxParts;
  readonly #blocks: Block[] = [];
  readonly #paragraphs: Paragraph[] = [];
  /** Cells of the rows of the outermost open table. */
  #rows: string[][] = [];
  #tables = 0;
  #dropped = 0;
  #inRun = false;
  #inText = false;
  #hidden = false;
  /** Numbers of the referenced notes: each is written once. */
  readonly #noted = new Map<string, number>();
  /** Notes of the current blocks: they follow the paragraph or table. */
  #notes: string[] = [];
  /** The first paragraph with the style Title, and the first heading. */
  title = '';

  constructor(parts: DocxParts) {
    this.#parts = parts;
  }

  text(text: string): void {
    if (this.#inText && !this.#hidden && this.#dropped === 0) this.#add(text);
  }

  open(name: string, attributes: XmlAttributes): void {
    if (dropped.has(name)) this.#dropped += 1;
    if (this.#dropped > 0) return;
    const value = attributes.get('val') ?? '';
    const paragraph = this.#paragraphs.at(-1);
    switch (name) {
      case 'p':
        this.#paragraphs.push({
          ...{ pieces: [], style: '' },
          ...{ level: undefined, list: undefined, listLevel: undefined },
        });
        break;
      case 'tbl':
        this.#tables += 1;
        break;
      case 'tr':
        if (this.#tables === 1) this.#rows.push([]);
        break;
      case 'tc':
        if (this.#tables === 1) this.#rows.at(-1)?.push('');
        break;
      case 'r':
        this.#inRun = true;
        break;
      case 't':
        this.#inText = true;
        break;
      case 'vanish':
        if (this.#inRun) this.#hidden = !/^(0|false|off)$/.test(value);
        break;
      case 'tab':
        if (this.#inRun) this.#add('\t');
        break;
      case 'br':
      case 'cr':
        if (this.#inRun) this.#add('\n');
        break;
      case 'noBreakHyphen':
        this.#add('-');
        break;
      case 'footnoteReference':
      case 'endnoteReference':
        this.#refer(`${name.replace('Reference', '')}:${attributes.get('id') ?? ''}`);
        break;
      default:
        if (paragraph !== undefined && !this.#inRun) setProperty(paragraph, name, value);
    }
  }

  close(name: string): void {
    if (dropped.has(name)) {
      if (this.#dropped > 0) this.#dropped -= 1;
      return;
    }
    if (this.#dropped > 0) return;
    if (name === 't') this.#inText = false;
    else if (name === 'r') [this.#inRun, this.#hidden, this.#inText] = [false, false, false];
    else if (name === 'p') this.#endParagraph();
    else if (name === 'tbl' && this.#tables > 0) this.#endTable();
  }

  /** The whole text in Markdown. */
  markdown(): string {
    while (this.#paragraphs.length > 0) this.#endParagraph();
    if (this.#tables > 0) {
      this.#tables = 1;
      this.#endTable();
    }
    return this.#blocks
      .map(({ text, item }, at) => {
        if (at === 0) return text;
        return (item && this.#blocks[at - 1]?.item === true ? '\n' : '\n\n') + text;
      })
      .join('');
  }

  #add(text: string): void {
    this.#paragraphs.at(-1)?.pieces.push(text);
  }

  #refer(note: string): void {
    const text = this.#parts.notes.get(note);
    if (text === undefined || this.#hidden) return;
    const known = this.#noted.get(note);
    const number = known ?? this.#noted.size + 1;
    this.#add(` [${number}]`);
    if (known !== undefined) return;
    this.#noted.set(note, number);
    this.#notes.push(`[${number}] ${text}`);
  }

  #endParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (paragraph === undefined) return;
    const text = paragraph.pieces.join('').trim();
    // The text of a box within a paragraph precedes it.
    if (this.#tables > 0) this.#addToCell(text);
    else if (text !== '') this.#addBlock(paragraph, text);
    if (this.#tables === 0 && this.#paragraphs.length === 0) this.#endNotes();
  }

  #addToCell(text: string): void {
    const cells = this.#rows.at(-1);
    if (cells === undefined || text === '') return;
    const last = Math.max(cells.length - 1, 0);
    const before = cells[last] ?? '';
    cells[last] = `${before}${before === '' ? '' : ' '}${text.replace(/\s+/g, ' ')}`;
  }

  #addBlock(paragraph: Paragraph, text: string): void {
    const style = this.#parts.styles.of(paragraph.style);
    // A table of contents only repeats the headings.
    if (/^toc (heading|\d)/i.test(style.name)) return;
    const level = paragraph.level ?? style.level;
    const list = paragraph.list ?? style.list;
    const listLevel = paragraph.listLevel ?? style.listLevel;
    // List 0 removes a paragraph from its style's list.
    const label = list === '' || list === '0' ? '' : this.#parts.numbering.next(list, listLevel);
    if (level !== undefined && level <= 9) {
      const numbered = label === '' || label === '-' ? text : `${label} ${text}`;
      if (this.title === '') this.title = numbered.replace(/\s+/g, ' ');
      this.#blocks.push({ text: headingLine(Math.min(level, 6), numbered), item: false });
    } else if (label !== '') {
      const indent = '  '.repeat(listLevel);
      const lines = plainLines(text).split('\n').join(`\n${indent}  `);
      this.#blocks.push({ text: `${indent}${label} ${lines}`, item: true });
    } else this.#blocks.push({ text: plainLines(text), item: false });
  }

  #endTable(): void {
    this.#tables -= 1;
    if (this.#tables > 0) return;
    const rows = this.#rows.filter((cells) => cells.some((cell) => cell !== ''));
    this.#rows = [];
    if (rows.length > 0) {
      const text = rows.map((cells) => cells.join(' | ').trim()).join('\n');
      this.#blocks.push({ text: plainLines(text), item: false });
    }
    this.#endNotes();
  }

  #endNotes(): void {
    for (const note of this.#notes) this.#blocks.push({ text: note, item: false });
    this.#notes = [];
  }
}

function setProperty(paragraph: Paragraph, name: string, value: string): void {
  if (name === 'pStyle') paragraph.style = idOf(value);
  else if (name === 'outlineLvl') paragraph.level = outlineLevel(value);
  else if (name === 'numId') paragraph.list = idOf(value);
  else if (name === 'ilvl') paragraph.listLevel = levelOf(value);
}
