import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace, type Workspace } from '@graft/workspace';
import { startServer, type RunningServer, type ServerOptions } from '../start-server.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

/** Sends a raw request: `fetch` would tidy the path and forbid the headers that an attack sets. */
export function askAt(
  url: string,
  path: string,
  sent: { readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const { headers = {}, body } = sent;
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST';
    const asked = request({ hostname, port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      );
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The cookie of an answer, as a browser sends it back. */
export const cookieOf = ({ headers }: Answer): string =>
  String(headers['set-cookie']).split(';', 1)[0] ?? '';

/** A workspace and a page in a folder of their own, for servers of any options. */
export class ServedPage implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly #folder: string;
  readonly #servers: RunningServer[] = [];

  private constructor(workspace: Workspace, folder: string) {
    this.workspace = workspace;
    this.#folder = folder;
  }

  static async open(html = '<!doctype html><title>Graft</title>'): Promise<ServedPage> {
    const folder = await mkdtemp(join(tmpdir(), 'graft-served-'));
    const root = join(folder, 'workspace');
    await mkdir(root);
    await mkdir(join(folder, 'out'));
    await writeFile(join(folder, 'out', 'index.html'), html);
    const workspace = await openWorkspace({ root, modelsFolder: join(folder, 'models') });
    return new ServedPage(workspace, folder);
  }

  async serve(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
    const server = await startServer({
      ...{ workspace: this.workspace, host: '127.0.0.1', port: 0 },
      ...{ staticFolder: join(this.#folder, 'out'), ...options },
    });
    this.#servers.push(server);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close()));
    await this.workspace[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
