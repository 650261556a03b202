import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCatalogue } from '../catalogue/catalogue.ts';
import type { Catalogue, CatalogueOptions } from '../catalogue/catalogue-contract.ts';
import { hubFolder, type HubFolderFiles } from './hub-folder.ts';
import { HubServer, type HubServerOptions } from './hub-server.ts';
import { noOtherTools } from './no-other-tools.ts';

/** Hubs on loopback, and catalogues with empty models folders that ask them, until a test ends. */
export class HubCatalogues {
  readonly #cleanUp: AsyncDisposable[] = [];

  readonly serve = async (
    repos: Readonly<Record<string, HubFolderFiles>>,
    options: Omit<HubServerOptions, 'folder'> = {},
  ): Promise<HubServer> => {
    const folder = await hubFolder(repos);
    const server = await HubServer.start({ folder: folder.path, ...options });
    this.#cleanUp.push(folder, server);
    return server;
  };

  readonly open = async (
    hub: HubServer,
    options: Partial<CatalogueOptions> & { readonly token?: string } = {},
  ): Promise<Catalogue> => {
    const { token = '', ...others } = options;
    return createCatalogue({
      ...{ modelsFolder: await this.modelsFolder(), entries: [], hubEndpoint: hub.url },
      environment: {
        ...noOtherTools,
        ...{ HF_TOKEN: token, HF_HOME: '/nowhere', XDG_CONFIG_HOME: '/nowhere' },
      },
      pause: () => Promise.resolve(),
      ...others,
    });
  };

  readonly modelsFolder = async (): Promise<string> => {
    const path = await mkdtemp(join(tmpdir(), 'graft-pull-'));
    this.#cleanUp.push({ [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) });
    return path;
  };

  async close(): Promise<void> {
    for (const each of this.#cleanUp.splice(0).reverse()) await each[Symbol.asyncDispose]();
  }
}
