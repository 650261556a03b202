import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { hubReferenceText, parseHubReference } from '@graft/graph';
import type { ModelOrigin } from '../catalogue/catalogue-contract.ts';
import { hubVariants, type HubVariant } from '../catalogue/hub-choice.ts';
import type { FoundModel, InstalledStore } from './found-model.ts';
import { inSafetensors } from './gguf-folder-store.ts';
import { filesBelow, smallText } from './store-folder.ts';

interface Snapshot {
  /** `owner/name`. */
  readonly repo: string;
  readonly commit: string;
  readonly folder: string;
}

/** Files that say what a model is that has no GGUF file. */
const descriptions = ['config.json', 'tokenizer.json', 'tokenizer_config.json'];
const commitName = /^[0-9a-f]{40}$/;

/**
 * The hub's cache, which llama.cpp uses as well: `models--OWNER--NAME/snapshots/COMMIT/PATH` are links to `blobs/`, named
 * by the sha256 of large files, or plain copies where links are not to be had. Its models have the names that Graft's own
 * downloads of the same commit have.
 */
export class HubCacheStore implements InstalledStore {
  readonly tool: ModelOrigin['tool'];
  readonly root: string;

  constructor(root: string, tool: ModelOrigin['tool'] = 'Hugging Face cache') {
    this.root = root;
    this.tool = tool;
  }

  async list(): Promise<readonly FoundModel[]> {
    const names = await readdir(this.root).catch((): string[] => []);
    const models: FoundModel[] = [];
    for (const name of names.sort()) {
      const repo = /^models--(.+?)--(.+)$/.exec(name);
      if (repo === null) continue;
      const [, owner = '', rest = ''] = repo;
      models.push(...(await this.#repo(`${owner}/${rest}`, join(this.root, name))));
    }
    return models;
  }

  /** Models of its snapshots; what a snapshot shares with one before it is listed once. */
  async #repo(repo: string, folder: string): Promise<FoundModel[]> {
    const models: FoundModel[] = [];
    const seen = new Set<string>();
    for (const commit of await commitsOf(folder)) {
      const snapshot = { repo, commit, folder: join(folder, 'snapshots', commit) };
      const paths = await filesBelow(snapshot.folder, { depth: 4, takes: isWeights });
      const files = paths.map((path) => ({ path, size: 0 }));
      for (const variant of hubVariants({ files })) {
        const model = await this.#model(snapshot, variant);
        const [first] = model.weights;
        const key = `${first?.path ?? ''} ${first?.digest ?? commit}`;
        if (parseHubReference(model.id) === undefined || seen.has(key)) continue;
        seen.add(key);
        models.push(model);
      }
    }
    return models;
  }

  async #model({ repo, commit, folder }: Snapshot, variant: HubVariant): Promise<FoundModel> {
    const [first = ''] = variant.files.map(({ path }) => path);
    const isGguf = variant.format === 'gguf';
    const weights = variant.files.map(async ({ path }) => {
      const file = join(folder, path);
      const digest = await blobDigest(file);
      // A download keeps a GGUF file without its folders; the entries must agree.
      return { path: isGguf ? basename(path) : path, file, ...(digest && { digest }) };
    });
    return {
      id: hubReferenceText({ repo, revision: commit, path: first }),
      title: isGguf ? basename(first, '.gguf') : repo,
      ...{ format: variant.format, folder, weights: await Promise.all(weights) },
      origin: { tool: this.tool, path: isGguf ? join(folder, first) : folder },
      beside: isGguf ? [] : descriptions.map((name) => join(folder, name)),
      digestOf: blobDigest,
      ...(isGguf ? {} : { doubtful: true }),
      ...(variant.format === 'safetensors' ? { unusable: inSafetensors } : {}),
    };
  }
}

const isWeights = (path: string): boolean => /\.(gguf|safetensors)$|\.onnx(_data.*)?$/.test(path);

/** The commits of a repository that are here, those that a branch or tag names first. */
async function commitsOf(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'snapshots')).catch((): string[] => []);
  const refs = await filesBelow(join(folder, 'refs'), { depth: 3, takes: () => true });
  const named = await Promise.all(
    refs.slice(0, 100).map((ref) => smallText(join(folder, 'refs', ref))),
  );
  const current = new Set(named.map((text) => text?.trim()));
  const commits = names.filter((name) => commitName.test(name)).sort();
  return [
    ...commits.filter((commit) => current.has(commit)),
    ...commits.filter((commit) => !current.has(commit)),
  ];
}

/** The sha256 that names the blob which a snapshot's file is a link to; the blobs of small files have other names. */
async function blobDigest(file: string): Promise<string | undefined> {
  const target = await readlink(file).catch(() => undefined);
  const name = target === undefined ? '' : basename(target);
  return /^[0-9a-f]{64}$/.test(name) ? name : undefined;
}
