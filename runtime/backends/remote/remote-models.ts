import type { LanguageModel, LanguageModelOptions, ModelSource } from '@graft/graph';
import type { RemoteAccess } from '../access/index.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';
import { RemoteLanguageModel, type RemoteOptions } from './remote-language-model.ts';

/** Remote models: all that ask one address share its places and its pauses. */
export class RemoteModels {
  readonly #access: () => Promise<RemoteAccess>;
  readonly #endpoints = new Map<string, RemoteEndpoint>();

  /** `access` is asked anew for each step: what the operator allows may have changed. */
  constructor(access: () => Promise<RemoteAccess>) {
    this.#access = access;
  }

  /** Throws `unavailable` where the operator does not allow the address, or its key there. Sends nothing. */
  async languageModel(
    { id, remote }: ModelSource & Required<Pick<ModelSource, 'remote'>>,
    { contextLength, waiting }: LanguageModelOptions & Pick<RemoteOptions, 'waiting'>,
  ): Promise<LanguageModel> {
    const key = (await this.#access()).key(remote.url, remote.secret);
    const place = `${remote.parallel} ${remote.url}`;
    const endpoint = this.#endpoints.get(place) ?? new RemoteEndpoint(remote.url, remote.parallel);
    this.#endpoints.set(place, endpoint);
    return new RemoteLanguageModel({ id, remote, key, endpoint, contextLength, waiting });
  }
}
