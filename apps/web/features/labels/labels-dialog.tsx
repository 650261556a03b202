import type { Labels, LabelValue } from '@graft/graph';
import { count, plural } from '@graft/nodes/kit/ui';
import { useEffect, useMemo, useState } from 'react';
import { api } from '../../api/client.ts';
import { tellOfSaved } from '../../api/runs/tell-of-saved-rows.ts';
import { keyBeside, RecordList } from '../../kit/records/record-list.tsx';
import { focusInRecords, RecordsDialog } from '../../kit/records/records-dialog.tsx';
import { useDocument, useOverlay, useScreen } from '../../kit/stores.ts';
import { useDialogKeys } from '../../kit/unsaved-work.tsx';
import { answerLine } from './answer-line.tsx';
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
    <div className="flex items-center gap-1" role="group" aria-label="Which answers">
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
  leave(): void;
}

/** The answers at the left, the one that is shown at the right, and the keys. */
function AnswerTable({ useBook, answers, labels, leave }: TableProps) {
  const { drafts, mark: write, note, undo, flush } = useBook();
  const [filter, setFilter] = useState<LabelFilter>('all');
  const [at, setAt] = useState(() => answers.find(({ key }) => !labels.has(key))?.at ?? 0);
  const listed = useMemo(
    () => answers.filter((one) => isListed(one, labels, filter)),
    [answers, labels, filter],
  );
  const keys = useMemo(() => listed.map((one) => one.at), [listed]);
  const shown = listed.find((one) => one.at === at) ?? listed[0];
  const show = (next: number | undefined): void => {
    if (next !== undefined) setAt(next);
  };
  const beside = (by: 1 | -1): number | undefined => keyBeside(keys, shown?.at, by);

  const mark = (value: LabelValue | undefined): void => {
    if (shown === undefined) return;
    // Where it leaves the list, the one after it is shown.
    const next = filter === 'differing' ? (beside(1) ?? beside(-1)) : undefined;
    write(shown.of, value);
    const now = useBook.getState().labels ?? labels;
    if (value !== undefined) show(next ?? nextOpen(answers, now, shown).at);
  };
  const takeBack = (): void => {
    const key = undo();
    show(answers.find((one) => one.key === key)?.at);
  };
  useDialogKeys(({ event, key, held }) => {
    if (useScreen.getState().source !== null) return false;
    const value = labelKeys[key];
    if (event.target instanceof HTMLTextAreaElement) {
      if (key !== 'escape' && !(held && key === 'enter')) return false;
      focusInRecords('[data-list]');
    } else if (key === 'escape') leave();
    else if (held && key === 's') void flush();
    else if (held && key === 'z' && !event.shiftKey) takeBack();
    else if (held || event.altKey) return false;
    else if (value !== undefined) mark(value);
    else if (key === 'delete' || key === 'backspace') mark(undefined);
    else if (key === 'n') focusInRecords('[data-note]');
    else if (key === 'arrowdown') show(beside(1));
    else if (key === 'arrowup') show(beside(-1));
    else return false;
    return true;
  });
  useEffect(() => focusInRecords('[data-list]'), []);

  const label = shown === undefined ? undefined : labels.get(shown.key);
  return (
    <>
      <RecordList
        unit="answer"
        keys={keys}
        shown={shown?.at}
        show={show}
        line={(place) => {
          const answer = listed[place];
          return answer && answerLine(answer, labels.get(answer.key));
        }}
        bar={<Filters {...{ answers, labels, filter }} choose={setFilter} />}
        empty={emptyWords[filter]}
      />
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
    </>
  );
}

function Labelling({ node, params }: { readonly node: string; readonly params: LabelParams }) {
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
  /** Closes it once all is saved; what could not be is told below. */
  const leave = async (): Promise<void> => {
    await useBook.getState().flush();
    const { state: end, touched } = useBook.getState();
    if (end === 'failed') return;
    close();
    if (touched.size > 0) await tellOfSaved(file, `${plural(touched.size, 'label')} changed`);
  };
  const parts = {
    name: 'labels',
    title: 'Label the answers',
    file,
    unsaved: state !== 'saved',
    leave: () => void leave(),
    footer: <LabelsFooter useBook={useBook} done={() => void leave()} discard={close} />,
  };
  if (answers === undefined || labels === undefined) {
    const text = labels === undefined ? failure : absent;
    const state = text === undefined ? 'loading' : labels === undefined ? 'failed' : 'none';
    return (
      <RecordsDialog
        {...parts}
        facts={null}
        absent={{ state, text: text ?? 'Reading the answers …' }}
      >
        {null}
      </RecordsDialog>
    );
  }
  const labelled = answers.filter(({ key }) => labels.has(key)).length;
  return (
    <RecordsDialog
      {...parts}
      facts={<Progress labelled={labelled} all={answers.length} left={left} />}
      absent={undefined}
    >
      <AnswerTable {...{ useBook, answers, labels }} leave={parts.leave} />
    </RecordsDialog>
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
