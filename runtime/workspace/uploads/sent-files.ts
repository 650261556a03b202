import { GraphError } from '@graft/graph';
import { z } from 'zod';

/** Bytes of the line that names what is sent, files that it may name, and characters of the path of each. */
const most = { line: 1_000_000, files: 2_000, path: 1_000 };

const headSchema = z.object({
  files: z
    .array(z.object({ path: z.string().min(1).max(most.path), size: z.int().nonnegative() }))
    .min(1)
    .max(most.files),
});
export type SentFile = z.infer<typeof headSchema>['files'][number];

/** Files as a page sends them, all in one body: a line of JSON with their paths and sizes, then the bytes of each in that order. */
export class SentFiles {
  readonly files: readonly SentFile[];
  readonly #body: Body;

  private constructor(files: readonly SentFile[], body: Body) {
    this.files = files;
    this.#body = body;
  }

  /** Reads what is to come. Throws `bad-input` where that is not said. */
  static async open(stream: AsyncIterable<Uint8Array>): Promise<SentFiles> {
    const body = new Body(stream);
    const line = await body.line(most.line);
    const head = headSchema.safeParse(parsed(line));
    if (head.success) return new SentFiles(head.data.files, body);
    throw new GraphError('bad-input', whyNot(head.error));
  }

  /** Gives `take` the bytes of each file in turn. Throws `damaged-file` where they are not as many as was said. */
  async each(
    take: (file: SentFile, bytes: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<void> {
    for (const file of this.files) {
      await take(file, this.#body.bytes(file));
    }
    await this.#body.end();
  }
}

function whyNot({ issues }: z.ZodError): string {
  const large = issues.find(({ code }) => code === 'too_big');
  if (large === undefined) return 'The upload lacks its list of files. Send it again.';
  const [, file] = large.path;
  return file === undefined
    ? `The upload has more than ${most.files.toLocaleString('en')} files. Send them in parts.`
    : `The path of a file has more than ${most.path.toLocaleString('en')} characters. Send an inner folder.`;
}

function parsed(line: string | undefined): unknown {
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

class Body {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** The first line; undefined where it is longer than `limit`, or never ends. */
  async line(limit: number): Promise<string | undefined> {
    const parts: Uint8Array[] = [];
    for (let size = 0; size <= limit;) {
      const chunk = await this.#next();
      if (chunk === undefined) return undefined;
      const end = chunk.indexOf(10);
      parts.push(end === -1 ? chunk : chunk.subarray(0, end));
      size += chunk.byteLength;
      if (end === -1) continue;
      this.#rest = chunk.subarray(end + 1);
      return Buffer.concat(parts).toString('utf8');
    }
    return undefined;
  }

  async *bytes({ path, size }: SentFile): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      const chunk = await this.#next();
      if (chunk === undefined) throw brokenOff(path);
      yield chunk.subarray(0, left);
      this.#rest = chunk.subarray(Math.min(left, chunk.byteLength));
      left -= Math.min(left, chunk.byteLength);
    }
  }

  async end(): Promise<void> {
    if ((await this.#next()) === undefined) return;
    throw new GraphError(
      'damaged-file',
      'The upload is longer than its list of files says. Send it again.',
    );
  }

  async #next(): Promise<Uint8Array | undefined> {
    while (this.#rest.byteLength === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return undefined;
      this.#rest = value;
    }
    const chunk = this.#rest;
    this.#rest = new Uint8Array();
    return chunk;
  }
}

function brokenOff(path: string): GraphError {
  const message = `The upload broke off in ${JSON.stringify(path)}. Send it again.`;
  return new GraphError('damaged-file', message);
}
