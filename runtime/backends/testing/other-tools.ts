import { createHash } from 'node:crypto';
import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { GgufBytes } from '@graft/kit/testing';

/** A GGUF file's bytes, or the path of one. */
type Content = Buffer | string;

const image = 'application/vnd.ollama.image';
export const commit = 'c0ffee'.padEnd(40, '0');

/** Folders of Ollama, LM Studio, llama.cpp and the hub's cache, each as that tool lays it out, and settings that lead there. */
export class OtherTools implements AsyncDisposable {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;

  private constructor(folder: string) {
    this.folder = folder;
    this.environment = {
      ...{ OLLAMA_MODELS: this.path('ollama'), LMSTUDIO_HOME: this.path('lm-studio') },
      ...{ LLAMA_CACHE: this.path('llama.cpp'), HF_HOME: this.path('hf'), HF_HUB_CACHE: '' },
      ...{ HUGGINGFACE_HUB_CACHE: '' },
    };
  }

  static async open(): Promise<OtherTools> {
    return new OtherTools(await mkdtemp(join(tmpdir(), 'graft-tools-')));
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** Gives the path of the blob of its weights. `name`: `model:tag` of Ollama's own library, or a whole path of one. */
  async ollama(name: string, content: Content, layers: readonly string[] = []): Promise<string> {
    const digest = await digestOf(content);
    const blob = this.path('ollama/blobs', `sha256-${digest}`);
    await put(blob, content);
    const others = layers.map((kind) => layerOf(kind, sha256(Buffer.from(kind))));
    await this.ollamaManifest(name, { layers: [layerOf('model', digest), ...others] });
    return blob;
  }

  async ollamaManifest(name: string, manifest: unknown): Promise<string> {
    const [model = '', tag = 'latest'] = name.split(':');
    const path = model.includes('/') ? model : `registry.ollama.ai/library/${model}`;
    const file = this.path('ollama/manifests', path, tag);
    await put(
      file,
      Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest)),
    );
    return file;
  }

  /** `path`: `publisher/repo/file.gguf`. */
  lmStudio(path: string, content: Content): Promise<string> {
    return put(this.path('lm-studio/models', path), content);
  }

  llamaCpp(name: string, content: Content): Promise<string> {
    return put(this.path('llama.cpp', name), content);
  }

  /** Gives the path of the blob. Files of less than 1 kB have names of another kind, as in the cache. */
  async hub(repo: string, path: string, content: Content): Promise<string> {
    const root = this.path('hf/hub', `models--${repo.replace('/', '--')}`);
    const digest = await digestOf(content);
    const isSmall = typeof content !== 'string' && content.length < 1_000;
    const blob = join(root, 'blobs', isSmall ? digest.slice(0, 40) : digest);
    await put(blob, content);
    await put(join(root, 'refs/main'), Buffer.from(commit));
    const file = join(root, 'snapshots', commit, path);
    await mkdir(dirname(file), { recursive: true });
    const up = path.split('/').map(() => '..');
    await symlink([...up, '..', 'blobs', basename(blob)].join('/'), file);
    return blob;
  }

  /** Of every file, link and folder: what it holds, where it leads, when it was written. */
  async state(): Promise<Record<string, string>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const states = entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const { mtimeMs, ctimeMs, nlink, mode } = await lstat(path);
      const digest = entry.isFile() ? sha256(await readFile(path)) : '';
      return [path, [digest, mtimeMs, ctimeMs, nlink, mode].join(' ')] as const;
    });
    return Object.fromEntries(await Promise.all(states));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const layerOf = (kind: string, digest: string) => ({
  ...{ mediaType: `${image}.${kind}`, digest: `sha256:${digest}`, size: 1 },
});

/** A small GGUF file of an architecture, with values of text or whole numbers, and tensors of one row. */
export function ggufOf(
  architecture: string,
  values: Readonly<Record<string, string | number>> = {},
  tensors: readonly string[] = ['w'],
): Buffer {
  const all = {
    'general.architecture': architecture,
    [`${architecture}.context_length`]: 64,
    ...values,
  };
  const head = GgufBytes.head(BigInt(tensors.length), BigInt(Object.keys(all).length));
  for (const [key, value] of Object.entries(all)) {
    if (typeof value === 'string') head.text(key).u32(8).text(value);
    else head.text(key).u32(4).u32(value);
  }
  const row = 64;
  tensors.forEach((name, at) => head.tensor(name, BigInt(row / 4), BigInt(at * row)));
  const bytes = head.bytes();
  const padding = Buffer.alloc((32 - (bytes.length % 32)) % 32);
  const label = Buffer.from(
    architecture.padEnd(tensors.length * row).slice(0, tensors.length * row),
  );
  return Buffer.concat([bytes, padding, label]);
}

async function put(file: string, content: Content): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  await rm(file, { force: true });
  if (typeof content === 'string') await link(content, file);
  else await writeFile(file, content);
  return file;
}

const digestOf = async (content: Content): Promise<string> =>
  sha256(typeof content === 'string' ? await readFile(content) : content);

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
