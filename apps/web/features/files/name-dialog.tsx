import type { Graph } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { queries } from '../../api/client.ts';
import { extractAs, makeSubgraphOf } from '../../api/graphs/subgraph-edits.ts';
import { graphPath } from '../../api/graphs/graph-file.ts';
import { useOverlay } from '../../kit/stores.ts';
import {
  bestStart,
  freeName,
  type NameQuestion,
  type Start,
  type TemplateId,
  usualWay,
} from '@graft/view';
import { createFile, saveFileAs, type Refusal } from '../../api/graphs/workspace-files.ts';
import { StartChoice, useStarts } from './starts.tsx';
import { WayChoice } from './way-choice.tsx';

/** Another question may be asked by now. */
function closeOf(question: NameQuestion): void {
  const { nameQuestion, show } = useOverlay.getState();
  if (nameQuestion === question) show({ nameQuestion: null });
}

const words = {
  new: { title: 'New graph', button: 'Create' },
  'save-as': { title: 'Save as', button: 'Save' },
  open: { title: 'Open as a graph', button: 'Create' },
  extract: { title: 'Move the subgraph to a file', button: 'Create' },
  subgraph: { title: 'Make a subgraph', button: 'Make a subgraph' },
};

/** An answer: a name and, for a new graph, what it begins with. */
interface Answer {
  readonly name: string;
  readonly graph: Graph | undefined;
}

async function answered(question: NameQuestion, { name, graph }: Answer): Promise<Refusal> {
  if (question.kind === 'new') return createFile(name, graph);
  if (question.kind === 'save-as') return saveFileAs(name);
  if (question.kind === 'open') return createFile(name, question.graph);
  if (question.kind === 'subgraph') return makeSubgraphOf(question.nodes, name);
  return extractAs(question.subgraph, name);
}

/** Whether a name would be refused, because it leads out of the workspace. */
const leadsOut = (name: string): boolean => /^\/|(^|\/)\.\.(\/|$)/.test(name.trim());

/** What stands in the field until somebody types: a name that is free for a new file, else what it is called now. */
function useProposal(question: NameQuestion, start: Start | undefined): string {
  const { data: files = [] } = useQuery(queries.graphs.list.queryOptions());
  const taken = new Set(files.map(({ path }) => path));
  if (question.kind === 'open')
    return freeName(question.name, (name) => taken.has(graphPath(name)));
  if (question.kind !== 'new') return question.name;
  const { folder = '' } = question;
  return folder + freeName(start?.name ?? '', (name) => taken.has(graphPath(folder + name)));
}

/** Asks for a name, and for what a new graph begins with. What is wrong with the name is said under it. */
export function NameDialog({ question }: { readonly question: NameQuestion }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = (): void => closeOf(question);
  const field = useRef<HTMLInputElement>(null);
  const isNew = question.kind === 'new';
  const first = question.kind === 'new' ? (question.folder ?? '') : question.name;
  // Chosen on the start screen: not asked for again.
  const given = question.kind === 'new' ? question.start : undefined;
  const [picked, choose] = useState<TemplateId>();
  const { starts, isLooking } = useStarts(isNew);
  const chosen = given ?? picked ?? (isLooking ? undefined : bestStart(starts));
  const start = starts.find(({ id }) => id === chosen);
  const proposal = useProposal(question, start);
  const [way, setWay] = useState(usualWay);
  const [typed, type] = useState<string>();
  const name = typed ?? proposal;
  const [refused, setRefused] = useState<string>();
  const { title, button } = words[question.kind];
  const isGivenStart = given !== undefined && start !== undefined;
  const isOfFile = question.kind !== 'subgraph';
  // What stands there at first is a name already.
  const isNamed = !isNew && question.kind !== 'save-as';
  const isGiven = isNamed || name.trim() !== first.trim();
  const isAnswered = name.trim() !== '' && isGiven;
  const isReady = isAnswered && (!isNew || start?.lay !== undefined);
  // What was sent while the folder is being looked through waits for the end of that.
  const mayWait = isAnswered && isNew && chosen === undefined;
  const [waits, wait] = useState(false);
  useEffect(() => {
    if (waits && !mayWait) field.current?.form?.requestSubmit();
  }, [waits, mayWait]);
  // Both before it is drawn: a key that is pressed at once writes over what is selected.
  useLayoutEffect(() => {
    dialog.current?.showModal();
    field.current?.focus();
  }, []);
  useLayoutEffect(() => {
    // A folder is gone on from; a name is written over.
    if (document.activeElement === field.current && typed === undefined)
      field.current?.setSelectionRange(isNew ? first.length : 0, proposal.length);
  }, [isNew, first, proposal, typed]);
  return (
    <dialog
      ref={dialog}
      className={`dialog scroll-pb-20 ${isNew ? 'w-[480px]' : 'w-[420px]'}`}
      aria-labelledby="name-dialog-title"
      onClose={close}
    >
      <form
        className="p-5"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          wait(mayWait);
          if (!isReady) return;
          void answered(question, { name, graph: start?.lay?.(way) }).then((reason) => {
            setRefused(reason);
            if (reason === undefined) close();
            else field.current?.focus();
          });
        }}
      >
        <h2 id="name-dialog-title" className="text-lg font-[620]">
          {isGivenStart ? start.title : title}
        </h2>
        {isGivenStart ? (
          <p className="mt-1 line-clamp-3 text-sm text-ink-2" title={start.about}>
            {start.about}
          </p>
        ) : isNew ? (
          <StartChoice starts={starts} isLooking={isLooking} chosen={chosen} choose={choose} />
        ) : null}
        {start?.goals === undefined ? null : (
          <WayChoice goals={start.goals} way={way} change={setWay} />
        )}
        <label className="mt-3 block">
          <span className="mb-1 block font-[550]">Name</span>
          <input
            ref={field}
            className="field"
            value={name}
            autoComplete="off"
            spellCheck={false}
            placeholder={isOfFile ? 'my-pipeline' : 'Find passages'}
            aria-invalid={refused !== undefined}
            aria-describedby="name-dialog-help"
            onChange={(event) => {
              type(event.target.value);
              setRefused(undefined);
            }}
          />
        </label>
        <p id="name-dialog-help" className="mt-1 min-h-9 text-sm text-ink-2">
          {refused === undefined && !isOfFile ? (
            'The selected nodes move into it. Open it by a double click.'
          ) : refused === undefined && leadsOut(name) ? (
            'A name stays within the workspace: leave out “..” and a “/” at the beginning.'
          ) : refused === undefined ? (
            <>
              Saved in the workspace as{' '}
              <span className="font-mono text-[11.5px]">
                {graphPath(name.trim() === '' ? 'NAME' : name)}
              </span>
              . To save it in a folder, type FOLDER/NAME.
            </>
          ) : (
            <span className="text-error" role="alert">
              {refused}
            </span>
          )}
        </p>
        <div className="sticky bottom-0 -mx-5 -mb-5 flex justify-end gap-2 bg-panel px-5 pt-3 pb-5">
          <button type="button" className="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" className="button go" disabled={!isReady && !mayWait}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}
