import type { Catalogue } from '@graft/backends/catalogue';
import type { ModelShelf } from '@graft/engine';
import type { ModelEntry } from '@graft/graph';
import { portableEntry } from '../package/package-contents.ts';

/** The models of a catalogue, for machines that execute steps of this workspace. */
export function modelShelf(catalogue: Catalogue): ModelShelf {
  return {
    entry: (id) =>
      catalogue.lookup(id) === undefined ? undefined : withoutSecrets(catalogue.entry(id)),
    async files(id) {
      const { entry, file } = (await catalogue.openInstalled(id)) ?? {};
      return entry && file && new Map(entry.files.map(({ path }) => [path, file(path)]));
    },
  };
}

/** Of addresses only those that tell nothing of who may read them: a query may hold a key. */
function withoutSecrets(entry: ModelEntry): ModelEntry {
  const { files, ...rest } = portableEntry(entry, 'workspace');
  return {
    ...rest,
    files: files.map((file) => {
      const sources = file.sources.filter(isOpen);
      return { ...file, sources: sources.length > 0 ? sources : ['package:workspace'] };
    }),
  };
}

/** `hf:owner/repo@revision/path` and others of package managers; or a plain web address. Either may stand behind `converted:`. */
function isOpen(source: string): boolean {
  const address = source.replace(/^(converted:)+/, '');
  if (!address.includes('://')) return true;
  if (!URL.canParse(address)) return false;
  const { username, password, search } = new URL(address);
  return username === '' && password === '' && search === '';
}
