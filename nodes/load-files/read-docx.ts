import type { SourceFile } from '@graft/graph';
import { DocxBody } from './docx-body.ts';
import { DocxNumbering } from './docx-numbering.ts';
import { DocxStyles } from './docx-styles.ts';
import type { XmlAttributes, XmlHandler } from './read-xml.ts';
import { ZipArchive, pathFrom } from './zip-archive.ts';

/** Title, Markdown and metadata of a document. */
export interface ReadDocument {
  readonly title: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, string>>;
}

const kind = {
  name: 'a Word document',
  remedy: 'Open it and save it as .docx, without a password',
};

/** Metadata of `docProps/core.xml`, under our names. */
const factNames: Readonly<Record<string, string>> = {
  title: 'title',
  creator: 'author',
  created: 'created',
  modified: 'modified',
  subject: 'subject',
  keywords: 'keywords',
  language: 'language',
};

/** Reads a Word document (ECMA-376). Throws `damaged-file`, `encrypted-file` and `too-large`. */
export async function readDocx(file: SourceFile, signal: AbortSignal): Promise<ReadDocument> {
  const archive = await ZipArchive.open(file, kind);
  const main = await mainPart(archive);
  const partPath = (name: string): string => pathFrom(main, name);
  const [styles, numbering] = [new DocxStyles(), new DocxNumbering()];
  await archive.xml(partPath('styles.xml'), styles);
  await archive.xml(partPath('numbering.xml'), numbering);
  const notes = new Map<string, string>();
  for (const note of ['footnote', 'endnote']) {
    signal.throwIfAborted();
    await archive.xml(partPath(`${note}s.xml`), new Notes(note, { styles, notes }));
  }
  signal.throwIfAborted();
  const body = new DocxBody({ styles, numbering, notes });
  const root = new Root(body);
  if (!(await archive.xml(main, root)) || !root.found) {
    throw archive.damaged('it contains no document text');
  }
  const facts = new TextsByName(factNames);
  await archive.xml('docProps/core.xml', facts);
  const { title = '', ...others } = Object.fromEntries(facts.values);
  return { title: title === '' ? body.title : title, text: body.markdown(), facts: others };
}

/** The part that `_rels/.rels` names as the document. */
async function mainPart(archive: ZipArchive): Promise<string> {
  let found = '';
  await archive.xml('_rels/.rels', {
    open: (name, attributes) => {
      if (name !== 'Relationship' || found !== '') return;
      if (attributes.get('Type')?.endsWith('/officeDocument') !== true) return;
      found = pathFrom('', attributes.get('Target') ?? '');
    },
  });
  return found === '' ? 'word/document.xml' : found;
}

/** Passes on events within `body`. */
class Root implements XmlHandler {
  readonly #body: DocxBody;
  found = false;

  constructor(body: DocxBody) {
    this.#body = body;
  }
  open(name: string, attributes: XmlAttributes): void {
    if (this.found) this.#body.open(name, attributes);
    else this.found = name === 'body';
  }
  close(name: string): void {
    if (this.found) this.#body.close(name);
  }
  text(text: string): void {
    if (this.found) this.#body.text(text);
  }
}

/** Texts of footnotes or endnotes, each on one line. */
class Notes implements XmlHandler {
  readonly #name: string;
  readonly #styles: DocxStyles;
  readonly #notes: Map<string, string>;
  #id = '';
  #body: DocxBody | undefined;

  constructor(name: string, into: { styles: DocxStyles; notes: Map<string, string> }) {
    this.#name = name;
    this.#styles = into.styles;
    this.#notes = into.notes;
  }
  open(name: string, attributes: XmlAttributes): void {
    if (name !== this.#name) {
      this.#body?.open(name, attributes);
      return;
    }
    this.#id = `${name}:${attributes.get('id') ?? ''}`;
    const none = new Map<string, string>();
    const numbering = new DocxNumbering();
    this.#body = new DocxBody({ styles: this.#styles, numbering, notes: none });
  }
  close(name: string): void {
    if (name !== this.#name) {
      this.#body?.close(name);
      return;
    }
    const text = this.#body?.markdown().replace(/\s+/g, ' ').trim() ?? '';
    if (text !== '') this.#notes.set(this.#id, text);
    this.#body = undefined;
  }
  text(text: string): void {
    this.#body?.text(text);
  }
}

/** Texts of elements, under our names; joins several of one name. */
export class TextsByName implements XmlHandler {
  readonly values = new Map<string, string>();
  readonly #names: Readonly<Record<string, string>>;
  #open: string | undefined;
  #pieces: string[] = [];

  constructor(names: Readonly<Record<string, string>>) {
    this.#names = names;
  }
  open(name: string): void {
    this.#open = Object.hasOwn(this.#names, name) ? this.#names[name] : undefined;
    this.#pieces = [];
  }
  text(text: string): void {
    if (this.#open !== undefined) this.#pieces.push(text);
  }
  close(): void {
    if (this.#open === undefined) return;
    const text = this.#pieces.join('').replace(/\s+/g, ' ').trim();
    const before = this.values.get(this.#open);
    if (text !== '')
      this.values.set(this.#open, before === undefined ? text : `${before}, ${text}`);
    this.#open = undefined;
  }
}
