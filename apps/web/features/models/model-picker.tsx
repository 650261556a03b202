import { useEffect, useState } from 'react';
import { useModal } from '../../kit/dialog.tsx';
import { useDocument, useOverlay } from '../../kit/stores.ts';
import { asRemoteModel, type ModelQuestion, type ServedModel } from '@graft/view';
import { ModelChoice } from './model-choice.tsx';
import { ModelImport } from './model-import.tsx';

const titles = {
  embedder: 'Choose an embedder',
  'cross-encoder': 'Choose a cross-encoder',
  'language-model': 'Choose a language model',
};

function close(): void {
  useOverlay.getState().show({ modelQuestion: null });
}

/** Models of a kind: of this computer, of the catalogue and of the hub, with what each is and takes, and the ways to it. */
export function ModelPicker({ question }: { readonly question: ModelQuestion }) {
  const { kind, current, importing = false } = question;
  const dialog = useModal();
  const [imports, setImports] = useState(importing);
  const [first, setFirst] = useState(question.first ?? current);
  const title =
    question.choose === undefined ? 'Models' : kind === undefined ? 'Choose a model' : titles[kind];
  useEffect(() => {
    dialog.current?.querySelector<HTMLElement>('[data-focus]')?.focus();
  }, [dialog, imports]);
  const { choose: chosen } = question;
  const take =
    chosen === undefined
      ? undefined
      : (id: string): void => {
          close();
          if (id !== current) chosen(id);
        };
  const askInstead = (served: ServedModel): void => {
    close();
    const { node } = question;
    if (node !== undefined)
      useDocument.getState().edit((graph) => asRemoteModel(graph, node, served));
  };
  return (
    <dialog
      ref={dialog}
      className={`dialog overflow-hidden ${imports ? 'w-[560px]' : 'h-[min(640px,76vh)] w-[960px]'}`}
      aria-label={imports ? 'Import a model' : title}
      onClose={close}
      onClick={(event) => {
        // What is being sent does not go with a click beside it.
        if (event.target === event.currentTarget && !imports) close();
      }}
    >
      {imports ? (
        <ModelImport
          leave={() => setImports(false)}
          came={(id) => {
            setFirst(id);
            setImports(false);
          }}
        />
      ) : (
        <ModelChoice
          {...{ question, title, first, take, askInstead }}
          importOne={() => setImports(true)}
        />
      )}
    </dialog>
  );
}
