import { posix } from 'node:path';
import { TextsByName } from './read-docx.ts';
import type { XmlAttributes, XmlHandler } from './read-xml.ts';

interface Resource {
  readonly path: string;
  readonly type: string;
  readonly properties: string;
}

/** What a package document (`*.opf`) says of itself, by the names of our metadata. */
const factNames: Readonly<Record<string, string>> = {
  title: 'title',
  creator: 'author',
  date: 'date',
  publisher: 'publisher',
  language: 'language',
};

/** The package document of a book: its metadata, its resources and the order in which they are read. */
export class EpubPackage implements XmlHandler {
  readonly #path: string;
  readonly #facts = new TextsByName(factNames);
  readonly #resources = new Map<string, Resource>();
  readonly #order: string[] = [];
  #contents = '';
  #inMetadata = false;

  constructor(path: string) {
    this.#path = path;
  }

  get facts(): ReadonlyMap<string, string> {
    return this.#facts.values;
  }

  open(name: string, attributes: XmlAttributes): void {
    if (name === 'metadata') this.#inMetadata = true;
    if (this.#inMetadata) this.#facts.open(name);
    const value = (attribute: string): string => attributes.get(attribute) ?? '';
    if (name === 'item') {
      this.#resources.set(value('id'), {
        path: pathFrom(this.#path, value('href')),
        type: value('media-type'),
        properties: value('properties'),
      });
    } else if (name === 'spine') this.#contents = value('toc');
    else if (name === 'itemref') this.#order.push(value('idref'));
  }
  close(name: string): void {
    if (name === 'metadata') this.#inMetadata = false;
    if (this.#inMetadata) this.#facts.close();
  }
  text(text: string): void {
    if (this.#inMetadata) this.#facts.text(text);
  }

  /** Paths of the pages in their reading order, each once, without the table of contents. */
  pages(): string[] {
    const pages = this.#order.flatMap((id) => {
      const resource = this.#resources.get(id);
      if (resource === undefined || !/html/i.test(resource.type)) return [];
      return isContents(resource) ? [] : resource.path;
    });
    return [...new Set(pages)];
  }

  /** Where the titles of the pages are: the table of contents of EPUB 3, else that of EPUB 2. */
  contents(): string | undefined {
    const own = [...this.#resources.values()].find(isContents);
    return (own ?? this.#resources.get(this.#contents))?.path;
  }
}

function isContents({ properties }: Resource): boolean {
  return properties.split(/\s+/).includes('nav');
}

/** Titles by the path that they lead to, of a table of contents of either kind: the first of each. */
export class EpubContents implements XmlHandler {
  readonly titles = new Map<string, string>();
  readonly #path: string;
  #navigation = true;
  #address: string | undefined;
  #pieces: string[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  open(name: string, attributes: XmlAttributes): void {
    // A page may hold lists of landmarks and printed pages too.
    if (name === 'nav') this.#navigation = attributes.get('type') === 'toc';
    if (!this.#navigation) return;
    if (name === 'a') {
      this.#address = attributes.get('href');
      this.#pieces = [];
    } else if (name === 'navLabel') this.#pieces = [];
    else if (name === 'content') this.#name(attributes.get('src') ?? '');
  }
  close(name: string): void {
    if (name === 'nav') this.#navigation = true;
    if (name !== 'a' || this.#address === undefined) return;
    this.#name(this.#address);
    this.#address = undefined;
  }
  text(text: string): void {
    this.#pieces.push(text);
  }

  #name(address: string): void {
    const title = this.#pieces.join('').replace(/\s+/g, ' ').trim();
    const path = pathFrom(this.#path, address);
    if (title !== '' && !this.titles.has(path)) this.titles.set(path, title);
  }
}

/** Where a reference leads from a part of the archive, '' being its root; a name to look up, never a path of the disk. */
export function pathFrom(part: string, reference: string): string {
  const address = reference.replace(/[#?].*$/s, '');
  let decoded = address;
  try {
    decoded = decodeURIComponent(address);
  } catch {
    // As it is written, then.
  }
  return posix.join(posix.dirname(part), decoded);
}
