import type { TokenizerCallbacks } from 'htmlparser2';

/** Values by name, without namespace prefixes. */
export type XmlAttributes = ReadonlyMap<string, string>;

/** Handlers for the content of an XML text, in order. Names come without namespace prefixes. */
export interface XmlHandler {
  open?(name: string, attributes: XmlAttributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

/**
 * Reads XML as a stream of tags: without a tree, so that depth costs no more than length; without document type
 * declarations, so that no entity expands. Passes on unbalanced tags as they are.
 */
export async function readXml(xml: string, handler: XmlHandler): Promise<void> {
  const { Tokenizer } = await import('htmlparser2');
  const tokenizer = new Tokenizer({ xmlMode: true, decodeEntities: true }, new Tags(xml, handler));
  tokenizer.write(xml);
  tokenizer.end();
}

class Tags implements TokenizerCallbacks {
  readonly #xml: string;
  readonly #handler: XmlHandler;
  #name = '';
  #attributes = new Map<string, string>();
  #attribute = '';
  #value: string[] = [];

  constructor(xml: string, handler: XmlHandler) {
    this.#xml = xml;
    this.#handler = handler;
  }

  ontext(start: number, end: number): void {
    this.#handler.text?.(this.#xml.slice(start, end));
  }
  ontextentity(code: number): void {
    this.#handler.text?.(String.fromCodePoint(code));
  }
  oncdata(start: number, end: number, offset: number): void {
    this.#handler.text?.(this.#xml.slice(start, end - offset));
  }
  onopentagname(start: number, end: number): void {
    this.#name = this.#local(start, end);
    this.#attributes = new Map();
  }
  onattribname(start: number, end: number): void {
    this.#attribute = this.#local(start, end);
    this.#value = [];
  }
  onattribdata(start: number, end: number): void {
    this.#value.push(this.#xml.slice(start, end));
  }
  onattribentity(code: number): void {
    this.#value.push(String.fromCodePoint(code));
  }
  onattribend(): void {
    if (!this.#attributes.has(this.#attribute)) {
      this.#attributes.set(this.#attribute, this.#value.join(''));
    }
  }
  onopentagend(): void {
    this.#handler.open?.(this.#name, this.#attributes);
  }
  onselfclosingtag(): void {
    this.#handler.open?.(this.#name, this.#attributes);
    this.#handler.close?.(this.#name);
  }
  onclosetag(start: number, end: number): void {
    this.#handler.close?.(this.#local(start, end));
  }
  // Everything else in XML is not content.
  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #local(start: number, end: number): string {
    const name = this.#xml.slice(start, end);
    return name.slice(name.indexOf(':') + 1);
  }
}
