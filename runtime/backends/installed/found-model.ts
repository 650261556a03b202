import type { ModelEntry } from '@graft/graph';
import type { ModelOrigin } from '../catalogue/catalogue-contract.ts';
import { groupedBy } from '../catalogue/hub-choice.ts';

/** A file that a store says belongs to a model. */
export interface FoundFile {
  /** What it is called in the model's entry. */
  readonly path: string;
  /** Absolute path. */
  readonly file: string;
  /** sha256, hex, that the store's own name for it states. */
  readonly digest?: string;
}

/** A model that a store holds, before anybody has read its files. */
export interface FoundModel {
  /** How graphs name it. */
  readonly id: string;
  /** What people know it by where its files do not say. */
  readonly title: string;
  readonly format: ModelEntry['format'];
  readonly origin: ModelOrigin;
  /** The folder that its files lie in, and that their paths in its entry are from, unless it is one GGUF model. */
  readonly folder: string;
  /** Its weights, the file that is opened first at the beginning. */
  readonly weights: readonly FoundFile[];
  /** Absolute paths of other files that say what it is. */
  readonly beside: readonly string[];
  /** Digest of a file of its folder by absolute path, where the store's own name for it states one. */
  readonly digestOf?: (file: string) => Promise<string | undefined>;
  /** It may be something else: it is left out unless its files say that it is a model for Graft. */
  readonly doubtful?: true;
  /** Why it cannot be run, seen without reading its files: one sentence. */
  readonly unusable?: string;
}

/** The models that one tool keeps in one folder. */
export interface InstalledStore {
  readonly tool: ModelOrigin['tool'];
  /** Nothing outside of it is read. */
  readonly root: string;
  /** The models there now; none where the folder is missing. Never throws, whatever the store holds. */
  list(): Promise<readonly FoundModel[]>;
}

/** Parts of a split GGUF model by the name that they share, each in order; others alone. */
export function groupedParts(paths: readonly string[]): Map<string, string[]> {
  return groupedBy(paths, (path) => path.replace(partName, '.gguf'));
}

/** Why the parts of a model are not all of it; undefined where they are. */
export function missingParts(parts: readonly string[]): string | undefined {
  const count = Number(partName.exec(parts[0] ?? '')?.[1] ?? 1);
  return parts.length === count
    ? undefined
    : `Only ${String(parts.length)} of its ${String(count)} files are here.`;
}

const partName = /-\d{5}-of-(\d{5})\.gguf$/;

/** Whether a name is that of a file that goes with a model: what reads images for it, or what it was quantised with. */
export const isCompanion = (path: string): boolean =>
  /(^|\/)[^/]*(mmproj|imatrix)[^/]*$/i.test(path);
