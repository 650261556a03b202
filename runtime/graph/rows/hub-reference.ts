import { isInnerPath } from '../base/names.ts';

/** A model of a hub by name: `hf:owner/repo[@revision][/path | :quant]`. */
export interface HubReference {
  /** `owner/name`. */
  readonly repo: string;
  /** A branch, a tag or a commit; a slash in it is written `%2F`. Absent: the main branch. */
  readonly revision?: string;
  /** A file of the repository. */
  readonly path?: string;
  /** Precision of the weights, such as `Q4_K_M`. */
  readonly quant?: string;
}

/** What every reference to a model of a hub begins with. */
const scheme = 'hf:';
const name = '[A-Za-z0-9][\\w.-]*';
const pattern = new RegExp(
  `^hf:(?<repo>${name}/${name})(?:@(?<revision>[A-Za-z0-9](?:[\\w.-]|%2F)*))?(?:/(?<path>.+)|:(?<quant>${name}))?$`,
);

/** Whether a model is named by a reference to a hub, readable or not. */
export function isHubReference(id: string): boolean {
  return id.startsWith(scheme);
}

/** The parts of a reference; undefined for what is none. */
export function parseHubReference(text: string): HubReference | undefined {
  const groups = pattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const { repo = '', revision, path, quant } = groups;
  if (path !== undefined && !isInnerPath(path)) return undefined;
  return {
    repo,
    ...(revision === undefined ? {} : { revision }),
    ...(path === undefined ? {} : { path }),
    ...(quant === undefined ? {} : { quant }),
  };
}

/** The other way round. */
export function hubReferenceText({ repo, revision, path, quant }: HubReference): string {
  const at = revision === undefined ? '' : `@${revision}`;
  return `${scheme}${repo}${at}${path === undefined ? '' : `/${path}`}${quant === undefined ? '' : `:${quant}`}`;
}

/** By what people tell models of the hub apart: `Qwen3-1.7B-GGUF:Q4_K_M`, or the file without its ending. */
export function shortHubName({ repo, path, quant }: HubReference): string {
  const base = (text: string): string => text.slice(text.lastIndexOf('/') + 1);
  if (path !== undefined) return base(path).replace(/\.(gguf|onnx|safetensors)$/, '');
  return `${base(repo)}${quant === undefined ? '' : `:${quant}`}`;
}
