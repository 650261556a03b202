import { isInnerPath } from '../base/names.ts';
import { isHubReference, parseHubReference } from './hub-reference.ts';

/** A model that another tool keeps on this computer, by name. */
export type InstalledReference =
  | {
      /** `ollama:[[host/]namespace/]model[:tag]`, as Ollama writes names. */
      readonly tool: 'ollama';
      readonly host: string;
      readonly namespace: string;
      readonly model: string;
      readonly tag: string;
    }
  /** `lmstudio:publisher/repo/file.gguf`, from the folder of LM Studio's models. */
  | { readonly tool: 'lmstudio'; readonly path: string }
  /** `file:/…/model.gguf`, as an address. */
  | { readonly tool: 'file'; readonly url: string };

/** What Ollama adds to a name that does not say it. */
const usual = { host: 'registry.ollama.ai', namespace: 'library', tag: 'latest' };
const part = '[A-Za-z0-9_][\\w.-]{0,79}';
const ollamaPattern = new RegExp(
  `^ollama:(?:(?:(?<host>[A-Za-z0-9_][\\w.:-]{0,99})/)?(?<namespace>${part})/)?(?<model>${part})(?::(?<tag>${part}))?$`,
);

/** Whether an id names a model of another tool, readable or not. */
export function isInstalledReference(id: string): boolean {
  return /^(ollama|lmstudio|file):/.test(id);
}

/** The last part of an id, which tells models apart where there is little room: `Qwen3-1.7B-GGUF:Q4_K_M`. */
export function shortModelName(id: string): string {
  const name = id.replace(/^(?:hf|ollama|lmstudio|file):/, '');
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.gguf$/, '');
}

/** The parts of a reference; undefined for what is none. */
export function parseInstalledReference(id: string): InstalledReference | undefined {
  const name = ollamaPattern.exec(id)?.groups;
  if (name !== undefined) {
    const { host = usual.host, namespace = usual.namespace, model = '', tag = usual.tag } = name;
    return { tool: 'ollama', host, namespace, model, tag };
  }
  const path = /^lmstudio:(.+)$/.exec(id)?.[1];
  if (path !== undefined) return isInnerPath(path) ? { tool: 'lmstudio', path } : undefined;
  return /^file:\/[^\p{Cc}\\]+\.gguf$/u.test(id) ? { tool: 'file', url: id } : undefined;
}

/** A name as Ollama shows it: without what is usual, but for the tag of a model that it asks for by tag. */
export function ollamaName({
  host,
  namespace,
  model,
  tag,
}: Omit<Extract<InstalledReference, { tool: 'ollama' }>, 'tool'>): string {
  const at = host === usual.host ? '' : `${host}/`;
  const owner = at === '' && namespace === usual.namespace ? '' : `${namespace}/`;
  return `${at}${owner}${model}${tag === usual.tag ? '' : `:${tag}`}`;
}

/** The one id of a model that may be named in several ways, such as `ollama:qwen3:latest`. */
export function canonicalModelId(id: string): string {
  const reference = parseInstalledReference(id);
  return reference?.tool === 'ollama' ? `ollama:${ollamaName(reference)}` : id;
}

/** How to get the files of a model that this computer lacks: one sentence. */
export function howToGet(id: string): string {
  const reference = parseInstalledReference(id);
  switch (reference?.tool) {
    case undefined:
      return `Download it with: graft models pull ${id}`;
    case 'ollama':
      return `Get it with: ollama pull ${ollamaName(reference)}`;
    case 'lmstudio': {
      const [publisher, repo] = reference.path.split('/');
      return `Download it in LM Studio, or with: lms get https://huggingface.co/${publisher}/${repo}`;
    }
    case 'file':
      return 'Put the file back, or choose another model.';
  }
}

/** How to delete a model that another tool keeps in a place: one sentence. */
export function howToDelete(id: string, path: string): string {
  const reference = parseInstalledReference(id);
  switch (reference?.tool) {
    case 'ollama':
      return `Delete it with: ollama rm ${ollamaName(reference)}`;
    case 'lmstudio':
      return 'Delete it in LM Studio, under My Models.';
    case 'file':
      return `Delete it with: rm ${JSON.stringify(path)}`;
    case undefined:
      return `Delete it with: hf cache rm model/${parseHubReference(id)?.repo ?? ''}`;
  }
}

/** What to do about a model that a graph names and that this machine lacks. */
export function missingModel(id: string): string {
  if (!isHubReference(id) && !isInstalledReference(id)) {
    return `There is no model "${id}" in the catalogue. Choose another, or import it.`;
  }
  const reference = parseInstalledReference(id);
  if (reference === undefined && parseHubReference(id) === undefined) {
    return `"${id}" is not the name of a model. Write ${formOf(id)}.`;
  }
  const since = reference === undefined ? 'yet' : 'now';
  return `The model "${id}" is not on this computer ${since}. ${howToGet(id)}`;
}

function formOf(id: string): string {
  if (id.startsWith('ollama:')) return 'ollama:name or ollama:name:tag';
  if (id.startsWith('lmstudio:')) return 'lmstudio:publisher/repo/file.gguf';
  if (id.startsWith('file:')) return 'file:/folder/model.gguf';
  return 'hf:owner/repo, hf:owner/repo:Q4_K_M or hf:owner/repo/file.gguf';
}
