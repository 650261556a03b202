import { join } from 'node:path';
import { ollamaName, parseInstalledReference } from '@graft/graph';
import { z } from 'zod';
import type { FoundModel, InstalledStore } from './found-model.ts';
import { filesBelow, smallJson } from './store-folder.ts';

const layerSchema = z.object({
  mediaType: z.string(),
  digest: z.string(),
});
const manifestSchema = z.object({ layers: z.array(layerSchema).max(10_000).nullish() });
type Layer = z.infer<typeof layerSchema>;

const kind = (layer: Layer): string =>
  /^application\/vnd\.ollama\.image\.(\w+)$/.exec(layer.mediaType)?.[1] ?? '';

/**
 * Models of Ollama: `manifests/HOST/NAMESPACE/MODEL/TAG` names layers, `blobs/sha256-HEX` holds them. Ollama's own prompt
 * template and parameters stay unused, since nodes set theirs and the GGUF file has a template.
 */
export class OllamaStore implements InstalledStore {
  readonly tool = 'Ollama';
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async list(): Promise<readonly FoundModel[]> {
    const manifests = join(this.root, 'manifests');
    const names = await filesBelow(manifests, {
      depth: 3,
      takes: (path) => path.split('/').length === 4,
    });
    const found = await Promise.all(names.map((path) => this.#read(path, join(manifests, path))));
    return found.filter((model) => model !== undefined);
  }

  async #read(path: string, manifest: string): Promise<FoundModel | undefined> {
    const [host = '', namespace = '', model = '', tag = ''] = path.split('/');
    const name = ollamaName({ host, namespace, model, tag });
    const id = `ollama:${name}`;
    // Of a name that Ollama would not take, such as one of a hidden file.
    if (parseInstalledReference(id) === undefined) return undefined;
    const layers = (await smallJson(manifest, manifestSchema))?.layers ?? undefined;
    const [weights, ...others] = layers?.filter((layer) => kind(layer) === 'model') ?? [];
    const hex = /^sha256[:-]([0-9a-f]{64})$/.exec(weights?.digest ?? '')?.[1];
    const unusable = whyNot(layers, { hex, several: others.length > 0 });
    const blob = join(this.root, 'blobs', `sha256-${hex ?? ''}`);
    return {
      ...{ id, title: name, format: 'gguf', beside: [manifest], folder: join(this.root, 'blobs') },
      origin: { tool: this.tool, path: hex === undefined ? manifest : blob },
      weights: hex === undefined ? [] : [{ path: `${model}-${tag}.gguf`, file: blob, digest: hex }],
      ...(unusable === undefined ? {} : { unusable }),
    };
  }
}

function whyNot(
  layers: readonly Layer[] | undefined,
  { hex, several }: { readonly hex: string | undefined; readonly several: boolean },
): string | undefined {
  if (layers === undefined) {
    return 'Ollama’s manifest for it is damaged; remove the model in Ollama and pull it again.';
  }
  const kinds = new Set(layers.map(kind));
  if (!kinds.has('model')) {
    return kinds.has('tensor')
      ? 'Ollama keeps it as safetensors, which llama.cpp does not read; pull a version in GGUF.'
      : 'Ollama has no weights of it on this computer.';
  }
  if (hex === undefined) {
    return 'Ollama’s manifest of it names a file outside of Ollama’s folder; pull the model again.';
  }
  if (several) return 'Ollama keeps it in several files, which llama.cpp does not put together.';
  if (kinds.has('adapter')) {
    return 'It adds an adapter to its base model; choose the base model and load the adapter with a node.';
  }
  return undefined;
}
