import { shortTitle } from '../kit/text/markdown-headings.ts';
import { pathFrom } from './zip-archive.ts';
import { TextsByName } from './read-docx.ts';
import type { XmlAttributes, XmlHandler } from './read-xml.ts';

interface Resource {
  readonly address: string;
  readonly isPage: boolean;
  /** The table of contents of EPUB 3. */
  readonly isContents: boolean;
}

/** Metadata of a package document (`*.opf`), under our names. */
const factNames: Readonly<Record<string, string>> = {
  title: 'title',
  creator: 'author',
  date: 'date',
  publisher: 'publisher',
  language: 'language',
};

/** The package document of a book: its metadata, resources and reading order. */
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
      // Reported once: the spine may name it repeatedly.
      this.#resources.set(value('id'), {
        address: value('href'),
        isPage: /html/i.test(value('media-type')),
        isContents: value('properties').split(/\s+/).includes('nav'),
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

  /** Paths of the pages in reading order, without repetitions and without the table of contents. */
  *pages(): Generator<string> {
    const given = new Set<string>();
    for (const id of new Set(this.#order)) {
      const resource = this.#resources.get(id);
      if (resource === undefined || !resource.isPage || resource.isContents) continue;
      const path = pathFrom(this.#path, resource.address);
      if (given.has(path)) continue;
      given.add(path);
      yield path;
    }
  }

  /** Path of the page titles: the table of contents of EPUB 3, else of EPUB 2. */
  contents(): string | undefined {
    let found = this.#resources.get(this.#contents);
    for (const resource of this.#resources.values()) {
      if (!resource.isContents) continue;
      found = resource;
      break;
    }
    return found === undefined ? undefined : pathFrom(this.#path, found.address);
  }
}

/**
 * Titles of pages by path, from a table of contents of either kind: the first of each, cut to the length of a title.
 */
export class EpubContents implements XmlHandler {
  readonly titles = new Map<string, string>();
  readonly #path: string;
  readonly #pages: ReadonlySet<string>;
  #navigation = true;
  #address: string | undefined;
  /** Text of the open label; a label may precede any number of places. */
  #pieces: string[] | undefined;
  #title = '';

  constructor(path: string, pages: ReadonlySet<string>) {
    this.#path = path;
    this.#pages = pages;
  }

  open(name: string, attributes: XmlAttributes): void {
    // A page may also contain lists of landmarks and printed pages.
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
    if (name !== 'a' && name !== 'navLabel') return;
    this.#title = shortTitle((this.#pieces ?? []).join('').replace(/\s+/g, ' ').trim());
    this.#pieces = undefined;
    if (name !== 'a' || this.#address === undefined) return;
    this.#name(this.#address);
    this.#address = undefined;
  }
  text(text: string): void {
    this.#pieces?.push(text);
  }

  #name(address: string): void {
    if (this.#title === '') return;
    const path = pathFrom(this.#path, address);
    if (this.#pages.has(path) && !this.titles.has(path)) this.titles.set(path, this.#title);
  }
}
