import type {
  CrossEncoder,
  Embedder,
  EmbedderUse,
  LanguageModel,
  LanguageModelOptions,
  ModelSource,
  RemoteAsking,
  RemoteCrossEncoderInfo,
  RemoteEmbedderInfo,
  RemoteModel,
  RemoteUse,
} from '@graft/graph';
import type { RemoteAccess } from '../access/index.ts';
import { RemoteCrossEncoder, type PassageFields } from './remote-cross-encoder.ts';
import { RemoteEmbedder } from './remote-embedder.ts';
import { RemoteEndpoint } from './remote-endpoint.ts';
import { RemoteLanguageModel } from './remote-language-model.ts';
import type { RemoteClient } from './remote-request.ts';

type Step = Pick<RemoteClient, 'waiting' | 'spent'>;

/** For a remote encoder whose settings are unknown. */
const cautious = { parallel: 1, timeout: 120, retries: 4 };

/** Remote models: all that ask one address share its concurrency and its pauses. */
export class RemoteModels {
  readonly #access: () => Promise<RemoteAccess>;
  readonly #endpoints = new Map<string, RemoteEndpoint>();
  readonly #passageFields: PassageFields = new Map();

  /** Called for each step, because the operator's settings may have changed. */
  constructor(access: () => Promise<RemoteAccess>) {
    this.#access = access;
  }

  /** Throws `unavailable` if the operator does not allow the address, or its key there. Sends nothing. */
  async languageModel(
    { id, remote }: ModelSource & Required<Pick<ModelSource, 'remote'>>,
    { contextLength, waiting, spent }: LanguageModelOptions & Step,
  ): Promise<LanguageModel> {
    const client = await this.#client(id, remote, { waiting, spent });
    return new RemoteLanguageModel({ ...client, contextLength });
  }

  /** As `languageModel`. */
  async embedder(info: RemoteEmbedderInfo, use: EmbedderUse, step: Step): Promise<Embedder> {
    return new RemoteEmbedder(await this.#encoder(info, use, step), info, use);
  }

  /** As `languageModel`. */
  async crossEncoder(
    info: RemoteCrossEncoderInfo,
    use: RemoteUse,
    step: Step,
  ): Promise<CrossEncoder> {
    const client = await this.#encoder(info, use, step);
    return new RemoteCrossEncoder(client, this.#passageFields, use);
  }

  #encoder(
    { id, remote }: { readonly id: string; readonly remote: RemoteModel },
    { asking }: RemoteUse,
    step: Step,
  ): Promise<RemoteClient> {
    return this.#client(id, { ...cautious, ...asking, ...remote }, step);
  }

  async #client(id: string, remote: RemoteModel & RemoteAsking, step: Step): Promise<RemoteClient> {
    const access = await this.#access();
    const key = access.key(remote.url, remote.secret);
    const price = access.price(remote.url, remote.model);
    const place = `${remote.parallel} ${remote.url}`;
    const endpoint = this.#endpoints.get(place) ?? new RemoteEndpoint(remote.url, remote.parallel);
    this.#endpoints.set(place, endpoint);
    return { ...step, id, remote, key, endpoint, price };
  }
}
