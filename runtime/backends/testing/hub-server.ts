import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HubRepos, type HubServerFile } from './hub-repos.ts';
import { TransferGate } from './transfer-gate.ts';

/** What a hub says of a repository beside its files. */
interface HubRepoTerms {
  readonly licence?: string;
  /** Its licence has to be accepted: only `granted` tokens get files. */
  readonly gated?: boolean;
  /** Only `granted` tokens see that it is there. */
  readonly private?: boolean;
  readonly gguf?: Readonly<Record<string, unknown>>;
}

export interface HubServerOptions {
  /** `owner/name/files…`. */
  readonly folder: string;
  readonly terms?: Readonly<Record<string, HubRepoTerms>>;
  /** Former names of repositories. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Tokens with access to what is gated or private; others are unknown. */
  readonly granted?: readonly string[];
  /** Tokens that are known and have no access. */
  readonly known?: readonly string[];
}

export interface HubServerRequest {
  readonly host: 'hub' | 'cdn';
  /** With its query. */
  readonly path: string;
  readonly range?: string | undefined;
  readonly authorization?: string | undefined;
}

/** An answer in place of the right one. */
export interface HubFault {
  readonly host: 'hub' | 'cdn';
  /** Of the path with its query. */
  readonly on: RegExp;
  /** How often; default: always. */
  times?: number;
  readonly answer: (response: ServerResponse, request: IncomingMessage) => void;
}

/**
 * A hub on loopback for a folder of models: the API and the files of huggingface.co, large files by redirect to another
 * host, in ranges. It can refuse, break off, lie and dawdle.
 */
export class HubServer implements AsyncDisposable {
  readonly requests: HubServerRequest[] = [];
  readonly faults: HubFault[] = [];
  /** Holds or cuts transfers of large files after a number of bytes. */
  readonly gate = new TransferGate();
  readonly #sending = new Set<Promise<void>>();
  readonly #options: HubServerOptions;
  readonly #repos: HubRepos;
  readonly #hub: Server;
  readonly #cdn: Server;

  private constructor(options: HubServerOptions) {
    this.#options = options;
    this.#repos = new HubRepos(options.folder);
    const serve = (host: HubServerRequest['host']): Server =>
      createServer((request, response) => {
        this.#answer(host, request, response).catch((error: unknown) => {
          response.destroy(error instanceof Error ? error : undefined);
        });
      }).on('connection', (socket) => this.gate.admit(socket));
    this.#hub = serve('hub');
    this.#cdn = serve('cdn');
  }

  static async start(options: HubServerOptions): Promise<HubServer> {
    const server = new HubServer(options);
    for (const each of [server.#hub, server.#cdn]) {
      await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
    }
    return server;
  }

  get url(): string {
    return addressOf(this.#hub);
  }

  /** Where large files are. */
  get cdnUrl(): string {
    return addressOf(this.#cdn);
  }

  commit(repo: string): Promise<string> {
    return this.#repos.commit(repo);
  }

  /** Answers to come in place of the right ones; `times` counts down. */
  fail(fault: HubFault): void {
    this.faults.push(fault);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gate.open();
    for (const each of [this.#hub, this.#cdn]) {
      each.closeAllConnections();
      await new Promise((resolve) => each.close(resolve));
    }
  }

  async #answer(
    host: HubServerRequest['host'],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = request.url ?? '';
    const { range, authorization } = request.headers;
    this.requests.push({ host, path, range, authorization });
    const fault = this.faults.find(
      (each) => each.host === host && each.on.test(path) && each.times !== 0,
    );
    if (fault !== undefined) {
      if (fault.times !== undefined) fault.times -= 1;
      return fault.answer(response, request);
    }
    const url = new URL(path, this.url);
    if (host === 'cdn') return this.#sendLarge(url, request, response);
    if (url.pathname === '/api/models') return this.#search(url, response);
    const api = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^/]+)$/.exec(url.pathname);
    if (api !== null)
      return this.#info(api[1] ?? '', { request, response, revision: api[2] ?? '' });
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(url.pathname);
    if (file !== null) {
      const [, repo = '', revision = '', name = ''] = file;
      return this.#resolve(repo, { request, response, revision, name: decodeURIComponent(name) });
    }
    response.writeHead(404).end();
  }

  async #search(url: URL, response: ServerResponse): Promise<void> {
    const wanted = (url.searchParams.get('search') ?? '').toLowerCase();
    const format = url.searchParams.get('filter') ?? '';
    const found: unknown[] = [];
    for (const repo of await this.#repos.names()) {
      const files = (await this.#repos.files(repo)) ?? [];
      const holds = files.some(({ path }) => path.endsWith(`.${format}`));
      if (repo.toLowerCase().includes(wanted) && holds)
        found.push({ id: repo, downloads: 7, ...this.#termsOf(repo) });
    }
    json(response, found.slice(0, Number(url.searchParams.get('limit') ?? 20)));
  }

  async #info(repo: string, asked: Asked): Promise<void> {
    const { request, response, revision } = asked;
    if (this.#sendsOn(repo, asked)) return;
    const files = await this.#visible(repo, request);
    if (files === undefined) return refuse(response, 401, 'RepoNotFound');
    const sha = await this.#repos.commit(repo);
    if (revision !== 'main' && revision !== sha) return refuse(response, 404, 'RevisionNotFound');
    json(response, {
      ...{ id: repo, modelId: repo, sha, private: false, ...this.#termsOf(repo) },
      siblings: files.map(({ path, size, gitBlob, sha256 }) => ({
        ...{ rfilename: path, size, blobId: gitBlob },
        ...(sha256 === undefined ? {} : { lfs: { sha256, size, pointerSize: 134 } }),
      })),
    });
  }

  async #resolve(repo: string, asked: Asked & { readonly name: string }): Promise<void> {
    const { request, response, revision, name } = asked;
    if (this.#sendsOn(repo, asked)) return;
    const files = await this.#visible(repo, request);
    if (files === undefined) return refuse(response, 401, 'RepoNotFound');
    const commit = await this.#repos.commit(repo);
    if (revision !== 'main' && revision !== commit)
      return refuse(response, 404, 'RevisionNotFound');
    if (this.#options.terms?.[repo]?.gated === true && !this.#isGranted(request)) {
      const isKnown = request.headers.authorization !== undefined;
      return refuse(response, isKnown ? 403 : 401, 'GatedRepo');
    }
    const file = files.find(({ path }) => path === name);
    if (file === undefined) return refuse(response, 404, 'EntryNotFound');
    if (file.sha256 === undefined) {
      response.setHeader('x-repo-commit', commit);
      return this.#send(file, request, response);
    }
    response.writeHead(302, {
      location: `${this.cdnUrl}/${repo}/${file.sha256}?signature=abc`,
      ...{ 'x-repo-commit': commit, 'x-linked-etag': `"${file.sha256}"` },
      ...{ 'x-linked-size': String(file.size), 'x-xet-hash': file.gitBlob },
    });
    response.end();
  }

  async #sendLarge(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, owner, name, digest] = url.pathname.split('/');
    const files = (await this.#repos.files(`${owner ?? ''}/${name ?? ''}`)) ?? [];
    const file = files.find(({ sha256 }) => sha256 === digest);
    if (file === undefined) return void response.writeHead(403).end();
    return this.#send(file, request, response);
  }

  /** Resolves once nothing is being sent: a transfer whose client has gone ends a moment later, and passes the gate until then. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#sending);
  }

  #send(file: HubServerFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sent = this.#write(file, request, response).finally(() => this.#sending.delete(sent));
    this.#sending.add(sent);
    return sent;
  }

  async #write(
    file: HubServerFile,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const said = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(said?.[1] ?? 0);
    const end = Math.min(said?.[2] ? Number(said[2]) + 1 : file.size, file.size);
    if (said !== null && start >= file.size) {
      return void response.writeHead(416, { 'content-range': `bytes */${file.size}` }).end();
    }
    response.writeHead(said === null ? 200 : 206, {
      ...{ 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes' },
      'content-length': end - start,
      ...(said === null ? {} : { 'content-range': `bytes ${start}-${end - 1}/${file.size}` }),
    });
    if (end === start) return void response.end();
    const bytes: AsyncIterable<Uint8Array> = createReadStream(file.file, { start, end: end - 1 });
    for await (const chunk of bytes) {
      if (file.sha256 !== undefined) await this.gate.pass(chunk.byteLength, response);
      if (response.destroyed) return;
      await new Promise((resolve) => response.write(chunk, resolve));
    }
    response.end();
  }

  /** A repository that has another name by now answers with that. */
  #sendsOn(repo: string, { request, response }: Asked): boolean {
    const now = this.#options.renamed?.[repo];
    if (now === undefined) return false;
    response.writeHead(307, { location: (request.url ?? '').replace(repo, now) }).end();
    return true;
  }

  async #visible(repo: string, request: IncomingMessage): Promise<HubServerFile[] | undefined> {
    const hidden = this.#options.terms?.[repo]?.private === true && !this.#isGranted(request);
    return hidden ? undefined : this.#repos.files(repo);
  }

  #isGranted({ headers }: IncomingMessage): boolean {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    return this.#options.granted?.includes(token) === true;
  }

  #termsOf(repo: string): Record<string, unknown> {
    const { licence, gated = false, gguf } = this.#options.terms?.[repo] ?? {};
    return {
      gated: gated ? 'auto' : false,
      tags: licence === undefined ? [] : [`license:${licence}`],
      ...(gguf === undefined ? {} : { gguf }),
    };
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly revision: string;
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(value));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': code }).end();
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return `http://127.0.0.1:${address.port}`;
}
