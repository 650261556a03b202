import type { Problem } from '../base/errors.ts';
import type { GraphLibrary, LibraryBody } from './graph-library.ts';
import { readBody, type BodyContext, type BodyDraft } from './read-body.ts';

/** Drafts bodies, each once, however often it is used. */
export class BodyReader {
  readonly #library: GraphLibrary;
  readonly #context: BodyContext;
  readonly #drafts = new Map<string, BodyDraft>();

  constructor(library: GraphLibrary, { registry, seed }: BodyContext) {
    this.#library = library;
    this.#context = { registry, ...(seed === undefined ? {} : { seed }) };
  }

  read(body: LibraryBody): BodyDraft {
    const known = this.#drafts.get(body.key);
    if (known !== undefined) return known;
    const draft = readBody(body, this.#library, this.#context);
    this.#drafts.set(body.key, draft);
    return draft;
  }

  /** The body in the place of a `graph` node. */
  readonly readUse = (body: BodyDraft, node: string): BodyDraft | undefined => {
    const used = body.uses.get(node);
    return used === undefined ? undefined : this.read(used);
  };

  /** What is wrong with what has been read, but for nodes that are not planned, by the body's key. */
  problems(dropped: ReadonlyMap<string, ReadonlySet<string>> = new Map()): Problem[] {
    return [...this.#drafts.values()].flatMap(({ at, problems }) => {
      const out = dropped.get(at.key);
      if (out === undefined || out.size === 0) return problems;
      return problems.filter(({ location: { node } }) => node === undefined || !out.has(node));
    });
  }
}
