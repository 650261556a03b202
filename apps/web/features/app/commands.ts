import { documentStore, views, type Actions, type Command } from '@graft/view';
import { fetched } from '../../kit/part.tsx';
import { copyAskLink } from './copy-link.ts';

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

export const appCommands: readonly Command[] = [
  {
    id: 'copy-link',
    title: 'Copy the link to ask',
    group: 'File',
    views,
    enabled: takesQuestions,
    run: () => {
      const { file } = documentStore.getState();
      if (file !== null) void copyAskLink(file.path);
    },
  },
];
