import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GraphError } from '@graft/graph';
import { expect } from 'vitest';
import { createCatalogue } from '../catalogue/catalogue.ts';
import { hubFolder, type HubFolderFiles } from './hub-folder.ts';
import { HubServer, type HubFault } from './hub-server.ts';
import { noOtherTools } from './no-other-tools.ts';

const token = 'hf_secret';

interface Hostility {
  readonly repos: Readonly<Record<string, HubFolderFiles>>;
  readonly faults?: (hub: HubServer) => readonly HubFault[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the address where the hub is. */
  readonly endpoint?: string;
}

/** Hubs that mean no good, and empty models folders to ask them from. */
export class HostileHub implements AsyncDisposable {
  readonly #cleanUp: AsyncDisposable[] = [];

  /** The message that refuses a model. Nothing of it stays, nothing lies elsewhere, and nobody else is told the token. */
  async refuses(
    id: string,
    { repos, faults, environment = {}, endpoint }: Hostility,
  ): Promise<string> {
    const folder = await hubFolder(repos);
    const hub = await HubServer.start({ folder: folder.path });
    const root = await mkdtemp(join(tmpdir(), 'graft-hostile-hub-'));
    this.#cleanUp.push(folder, hub, {
      [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
    });
    hub.faults.push(...(faults?.(hub) ?? []));
    const modelsFolder = join(root, 'a', 'b', 'models');
    const catalogue = createCatalogue({
      ...{ modelsFolder, entries: [], hubEndpoint: endpoint ?? hub.url },
      pause: () => Promise.resolve(),
      environment: {
        ...{ ...noOtherTools, HF_TOKEN: token, XDG_CONFIG_HOME: '/nowhere' },
        ...Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [name, value || hub.url]),
        ),
      },
    });
    const error: unknown = await catalogue.fetch(id).catch((thrown: unknown) => thrown);
    if (!(error instanceof GraphError))
      throw new Error('not refused by a GraphError', { cause: error });
    expect(error.code).not.toBe('internal');
    expect(error.message.length).toBeLessThan(800);
    // Our own messages list sources on lines of their own.
    expect(error.message).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(error.message).not.toContain(token);
    expect(catalogue.lookup(id)).toBeUndefined();
    const found = await readdir(root, { recursive: true, withFileTypes: true });
    const left = found.filter((entry) => entry.isFile() && !entry.parentPath.endsWith('locks'));
    expect(left.map(({ name }) => name).filter((name) => !/^imported\.json/.test(name))).toEqual(
      [],
    );
    expect((await readdir(root)).concat(await readdir(join(root, 'a')))).toEqual(['a', 'b']);
    const told = hub.requests.filter(({ host, authorization }) => host === 'cdn' && authorization);
    expect(told).toEqual([]);
    return error.message;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of this.#cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
  }
}
