import { documentStore, views, type Actions, type Command } from '@graft/view';
import { fetched } from '../../kit/part.tsx';

const functions = fetched(() => import('../../api/graphs/graph-function.ts'));

/** Whether the open graph takes questions, as far as that is known. */
function takesQuestions(): boolean {
  const code = functions();
  return code?.askable(code.graphFunction()) !== undefined;
}

export const appViewActions = {
  // Loaded on demand.
  runForm: async () => (await import('./run-form.ts')).runForm(),
} satisfies Partial<Actions>;

/** Copies the link by which others ask a graph. */
async function copyLinkOf(path: string | undefined): Promise<void> {
  // Loaded when first asked for.
  const { copyAskLink } = await import('./copy-link.ts');
  if (path !== undefined) await copyAskLink(path);
}

export const appCommands: readonly Command[] = [
  {
    id: 'copy-link',
    title: 'Copy the link to ask',
    group: 'File',
    views,
    enabled: takesQuestions,
    run: () => void copyLinkOf(documentStore.getState().file?.path),
  },
];
