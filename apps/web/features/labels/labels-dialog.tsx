import type { Labels, LabelValue } from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import { useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { api } from '../../api/client.ts';
import { tellOfSaved } from '../../api/runs/tell-of-saved-rows.ts';
import { CloseIcon } from '../../kit/icons.tsx';
import { useModal } from '../../kit/dialog.tsx';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { AnswerList } from './answer-list.tsx';
import { isListed, nextOpen, type AnswerToLabel, type LabelFilter } from './answers-to-label.ts';
import { openLabelBook, type UseLabelBook } from './label-book.ts';
import { labelParamsOf, type LabelParams } from './labelled-node.ts';
import { LabelsFooter } from './labels-footer.tsx';
import { LabelButtons, ShownAnswer } from './shown-answer.tsx';
import { useAnswers } from './use-answers.ts';

const close = (): void => useOverlay.getState().show({ labelling: null });

const filters: readonly { readonly id: LabelFilter; readonly title: string }[] = [
  { id: 'all', title: 'All' },
  { id: 'open', title: 'Unlabelled' },
  { id: 'differing', title: 'Disagreeing' },
];

function Filters(props: {
  readonly answers: readonly AnswerToLabel[];
  readonly labels: Labels;
  readonly filter: LabelFilter;
  choose(filter: LabelFilter): void;
}) {
  const { answers, labels, filter, choose } = props;
  return (
    <div
      className="flex h-10 shrink-0 items-center gap-1 border-b border-line px-3"
      role="group"
      aria-label="Which answers"
    >
      {filters.map(({ id, title }) => (
        <button
          key={id}
          type="button"
          className="chip py-0.5 aria-pressed:bg-accent-soft aria-pressed:text-accent"
          aria-pressed={filter === id}
          onClick={() => choose(id)}
        >
          {title} {count(answers.filter((one) => isListed(one, labels, id)).length)}
        </button>
      ))}
    </div>
  );
}

const emptyWords: Readonly<Record<LabelFilter, string>> = {
  all: 'There are no answers.',
  open: 'Every answer is labelled.',
  differing: 'No metric disagrees with your labels.',
};

interface ProgressProps {
  readonly labelled: number;
  readonly all: number;
  /** Answers that the table does not hold. */
  readonly left: number;
}

function Progress({ labelled, all, left }: ProgressProps) {
  return (
    <span className="flex items-center gap-2.5 text-ink-2" data-testid="label-progress">
      <span className="tabular-nums">
        {count(labelled)} of {count(all)} labelled
      </span>
      {left === 0 ? null : (
        <span title="To label fewer answers, add Sample rows before this node.">
          {count(left)} more not shown
        </span>
      )}
      <span className="label-progress" aria-hidden="true">
        <span style={{ width: `${String(all === 0 ? 0 : (labelled / all) * 100)}%` }} />
      </span>
    </span>
  );
}

const labelKeys: Readonly<Record<string, LabelValue>> = {
  ...{ r: 'right', '1': 'right' },
  ...{ w: 'wrong', '2': 'wrong' },
  ...{ s: 'skip', '3': 'skip' },
};

interface TableProps {
  readonly useBook: UseLabelBook;
  readonly answers: readonly AnswerToLabel[];
  readonly labels: Labels;
  readonly dialog: RefObject<HTMLDialogElement | null>;
  leave(): void;
}

/** The answers at the left, the one that is shown at the right, and the keys. */
function AnswerTable({ useBook, answers, labels, dialog, leave }: TableProps) {
  const { drafts, mark: write, note, undo, flush } = useBook();
  const [filter, setFilter] = useState<LabelFilter>('all');
  const [at, setAt] = useState(() => answers.find(({ key }) => !labels.has(key))?.at ?? 0);
  const listed = useMemo(
    () => answers.filter((one) => isListed(one, labels, filter)),
    [answers, labels, filter],
  );
  const shown = listed.find((one) => one.at === at) ?? listed[0];
  const step = (by: 1 | -1): AnswerToLabel | undefined =>
    shown === undefined ? undefined : listed[listed.indexOf(shown) + by];
  const show = (answer: AnswerToLabel | undefined): void => {
    if (answer !== undefined) setAt(answer.at);
  };
  const focusOn = (selector: string): void =>
    dialog.current?.querySelector<HTMLElement>(selector)?.focus();

  const mark = (value: LabelValue | undefined): void => {
    if (shown === undefined) return;
    // Where it leaves the list, the one after it is shown.
    const next = filter === 'differing' ? (step(1) ?? step(-1)) : undefined;
    write(shown.of, value);
    const now = useBook.getState().labels ?? labels;
    if (value !== undefined) show(next ?? nextOpen(answers, now, shown));
  };
  const takeBack = (): void => {
    const key = undo();
    show(answers.find((one) => one.key === key));
  };
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || useScreen.getState().source !== null) return;
    const held = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    const value = labelKeys[key];
    if (event.target instanceof HTMLTextAreaElement) {
      if (key !== 'escape' && !(held && key === 'enter')) return;
      focusOn('[data-list]');
    } else if (key === 'escape') leave();
    else if (held && key === 's') void flush();
    else if (held && key === 'z' && !event.shiftKey) takeBack();
    else if (held || event.altKey) return;
    else if (value !== undefined) mark(value);
    else if (key === 'delete' || key === 'backspace') mark(undefined);
    else if (key === 'n') focusOn('[data-note]');
    else if (key === 'arrowdown') show(step(1));
    else if (key === 'arrowup') show(step(-1));
    else return;
    event.preventDefault();
  };
  // Wherever the focus is: it is nowhere when what had it has gone.
  useEffect(() => {
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
  useEffect(() => focusOn('[data-list]'), []);

  const label = shown === undefined ? undefined : labels.get(shown.key);
  return (
    <div className="flex min-h-0 flex-1">
      <section
        className="flex w-[460px] shrink-0 flex-col border-r border-line"
        aria-label="All answers"
      >
        <Filters {...{ answers, labels, filter }} choose={setFilter} />
        {listed.length === 0 ? <p className="px-4 py-3 text-ink-2">{emptyWords[filter]}</p> : null}
        <AnswerList answers={listed} labels={labels} shown={shown} show={show} />
      </section>
      {shown === undefined ? null : (
        <section className="flex min-w-0 flex-1 flex-col" aria-label="The answer">
          <ShownAnswer
            key={shown.at}
            shown={shown}
            labels={labels}
            note={label?.note ?? drafts.get(shown.key) ?? ''}
            write={(text) => note(shown.of, text)}
          />
          <LabelButtons label={label} mark={mark} />
        </section>
      )}
    </div>
  );
}

function Labelling({ node, params }: { readonly node: string; readonly params: LabelParams }) {
  const dialog = useModal();
  const { file } = params;
  const [useBook] = useState(() =>
    openLabelBook({
      path: file,
      read: () => api.labels.read.query({ file }),
      save: (text, base) => api.labels.save.mutate({ file, text, base }),
    }),
  );
  const { labels, state, failure } = useBook();
  const { answers, left, absent } = useAnswers(node, params);
  useEffect(() => void useBook.getState().read(), [useBook]);
  const unsaved = useRef(false);
  unsaved.current = state !== 'saved';
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent): void => {
      if (unsaved.current) event.preventDefault();
    };
    window.addEventListener('beforeunload', stay);
    return () => window.removeEventListener('beforeunload', stay);
  }, []);
  /** Closes it once all is saved; what could not be is told below. */
  const leave = async (): Promise<void> => {
    await useBook.getState().flush();
    const { state: end, touched } = useBook.getState();
    if (end === 'failed') return;
    close();
    if (touched.size > 0) await tellOfSaved(file, `${plural(touched.size, 'label')} changed`);
  };
  const labelled = answers?.filter(({ key }) => labels?.has(key)).length ?? 0;
  const words = labels === undefined ? failure : absent;
  return (
    <dialog
      ref={dialog}
      className="dialog labels-dialog"
      aria-labelledby="labels-title"
      data-testid="labels-dialog"
      // It goes once all is saved: whatever else would close it might lose a label.
      onCancel={(event) => {
        event.preventDefault();
        void leave();
      }}
      onClose={() => dialog.current?.showModal()}
    >
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-5">
        <h2 id="labels-title" className="shrink-0 text-lg font-[620]">
          Label the answers
        </h2>
        <span className="min-w-0 flex-1 truncate font-mono text-[11.5px] text-ink-2">{file}</span>
        {answers === undefined || labels === undefined ? null : (
          <Progress labelled={labelled} all={answers.length} left={left} />
        )}
        <button
          type="button"
          className="icon-button"
          aria-label="Close"
          onClick={() => void leave()}
        >
          <CloseIcon />
        </button>
      </header>
      {answers === undefined || labels === undefined ? (
        <p
          className="flex-1 p-5 whitespace-pre-line text-ink-2"
          role={words === undefined ? undefined : 'alert'}
        >
          {words ?? 'Reading the answers …'}
        </p>
      ) : (
        <AnswerTable {...{ useBook, answers, labels, dialog }} leave={() => void leave()} />
      )}
      <LabelsFooter useBook={useBook} done={() => void leave()} discard={close} />
    </dialog>
  );
}

/** The table in which a person marks answers; `node` is the path of the node that takes the labels. */
export function LabelsDialog({ node }: { readonly node: string }) {
  const graph = useDocument((state) => state.graph);
  const params = useMemo(() => labelParamsOf(graph, node), [graph, node]);
  // A node that is gone, as by another tab's save, has nothing to label.
  useEffect(() => {
    if (params === undefined) close();
  }, [params]);
  return params === undefined ? null : <Labelling key={params.file} node={node} params={params} />;
}
