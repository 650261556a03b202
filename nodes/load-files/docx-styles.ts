import type { XmlAttributes, XmlHandler } from './read-xml.ts';

/** Properties of a paragraph style that affect text. */
export interface ParagraphStyle {
  readonly name: string;
  readonly basedOn: string;
  /** 1 to 9; undefined: none, or inherited. */
  readonly level: number | undefined;
  readonly list: string;
  readonly listLevel: number;
}

/** Code units; Word writes shorter ones. Every paragraph may follow those of its style. */
const longestId = 255;

/** Most styles in a chain of inheritance. */
const longestChain = 16;

/** The paragraph styles of `word/styles.xml`. */
export class DocxStyles implements XmlHandler {
  readonly #styles = new Map<string, ParagraphStyle>();
  #id = '';
  #style: ParagraphStyle | undefined;

  /** A property of a style, or of those that it inherits from. */
  of(id: string): Pick<ParagraphStyle, 'level' | 'list' | 'listLevel'> & { readonly name: string } {
    let style = this.#styles.get(id);
    const { name = '' } = style ?? {};
    let level: number | undefined;
    let [list, listLevel] = ['', 0];
    for (let step = 0; style !== undefined && step < longestChain; step += 1) {
      level ??= style.level ?? headingNumber(style.name);
      if (list === '' && style.list !== '') [list, listLevel] = [style.list, style.listLevel];
      style = this.#styles.get(style.basedOn);
    }
    return { name, level, list, listLevel };
  }

  open(name: string, attributes: XmlAttributes): void {
    if (name === 'style') {
      this.#id = idOf(attributes.get('styleId'));
      this.#style = { name: '', basedOn: '', level: undefined, list: '', listLevel: 0 };
      return;
    }
    const style = this.#style;
    const value = attributes.get('val') ?? '';
    if (style === undefined) return;
    if (name === 'name') this.#style = { ...style, name: value };
    else if (name === 'basedOn') this.#style = { ...style, basedOn: idOf(value) };
    else if (name === 'outlineLvl') this.#style = { ...style, level: outlineLevel(value) };
    else if (name === 'numId') this.#style = { ...style, list: idOf(value) };
    else if (name === 'ilvl') this.#style = { ...style, listLevel: levelOf(value) };
  }
  close(name: string): void {
    if (name !== 'style' || this.#style === undefined) return;
    this.#styles.set(this.#id, this.#style);
    this.#style = undefined;
  }
}

/** Id of a style or list; '' if it is missing or invalid. */
export function idOf(value = ''): string {
  return value.length > longestId ? '' : value;
}

/** `heading 1`, Word's internal name of its styles in every language; `Title` ranks above all. */
function headingNumber(name: string): number | undefined {
  if (/^title$/i.test(name)) return 1;
  const number = /^heading ([1-9])$/i.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** 1 to 9; 10 for body text, which ends the search. */
export function outlineLevel(value: string): number {
  return levelOf(value) + 1;
}

/** 0 to 9. */
export function levelOf(value: string): number {
  return /^[0-9]$/.test(value) ? Number(value) : 0;
}
