import { useDocument, useOverlay } from '../../kit/stores.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { saveFile } from '../../api/graphs/save-file.ts';
import { type Command, hasFile } from '@graft/view';

/** Loaded when first asked for. */
const files = () => import('../../api/graphs/workspace-files.ts');

function withPath(act: (path: string) => void): void {
  const path = useDocument.getState().file?.path;
  if (path !== undefined) act(path);
}

export const fileCommands: readonly Command[] = [
  {
    id: 'save',
    title: 'Save',
    group: 'File',
    keys: ['mod+s'],
    whileTyping: true,
    enabled: hasFile,
    run: () => void saveFile(),
  },
  {
    id: 'save-as',
    title: 'Save as …',
    group: 'File',
    keys: ['mod+shift+s'],
    whileTyping: true,
    enabled: hasFile,
    run: () =>
      withPath((path) =>
        useOverlay.getState().show({ nameQuestion: { kind: 'save-as', name: fileTitle(path) } }),
      ),
  },
  {
    id: 'reset-example',
    title: 'Reset the example',
    group: 'File',
    enabled: () => useDocument.getState().file?.example?.original === false,
    run: () => void files().then(({ resetExample }) => resetExample()),
  },
  {
    id: 'lock',
    title: 'Accept all changes into the lock',
    group: 'File',
    enabled: hasFile,
    run: () =>
      void import('../../api/graphs/lock-sources.ts').then(({ takeSources }) => takeSources()),
  },
  {
    id: 'examples',
    title: 'Browse the examples …',
    group: 'File',
    run: () => useOverlay.getState().show({ gallery: true }),
  },
  {
    id: 'new-graph',
    title: 'New graph …',
    group: 'File',
    run: () => useOverlay.getState().show({ nameQuestion: { kind: 'new' } }),
  },
  {
    id: 'rename-file',
    title: 'Rename the graph',
    group: 'File',
    enabled: hasFile,
    run: () => withPath((path) => useOverlay.getState().show({ renamingFile: path })),
  },
  {
    id: 'duplicate-file',
    title: 'Duplicate the graph',
    group: 'File',
    enabled: hasFile,
    run: () => withPath((path) => void files().then(({ duplicateFile }) => duplicateFile(path))),
  },
  {
    id: 'pack',
    title: 'Pack the graph …',
    group: 'File',
    enabled: hasFile,
    run: () => withPath((path) => useOverlay.getState().show({ packing: path })),
  },
  {
    id: 'unpack',
    title: 'Open a package …',
    group: 'File',
    run: () => useOverlay.getState().show({ unpacking: true }),
  },
  {
    id: 'delete-file',
    title: 'Delete the graph',
    group: 'File',
    enabled: hasFile,
    run: () => withPath((path) => void files().then(({ deleteFile }) => deleteFile(path))),
  },
];
