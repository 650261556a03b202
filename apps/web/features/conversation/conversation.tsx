import { answersMediaType } from '@graft/graph';
import { useEffect, useRef } from 'react';
import type { ConversationProps } from '../../kit/slots.ts';
import { askTyped, forgetAll, openConversation } from '../../api/runs/conversation.ts';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { askable, useGraphFunction } from '../../api/graphs/graph-function.ts';
import { useConversation, useDocument, useRunView } from '../../kit/stores.ts';
import { isAnswered, oneQuestion, stepsInOrder, type RunState } from '@graft/view';
import { part } from '../../kit/part.tsx';

// With the views of answers and passages: not for the first page, of which nothing was asked.
const TurnRow = part(() => import('./turn-row.tsx').then((loaded) => loaded.TurnRow));

const uses = [
  ['on', 'On'],
  ['off', 'Off'],
  ['both', 'Both'],
] as const;

/** Whether the next question is asked with the adapters, without them, or both. */
function AdapterSwitch() {
  const chosen = useConversation((state) => state.adapters);
  return (
    <div className="flex items-center gap-2">
      <span id="ask-adapters" className="text-sm text-ink-2">
        Adapter
      </span>
      <span role="group" aria-labelledby="ask-adapters" className="view-switch small">
        {uses.map(([use, title]) => (
          <button
            key={use}
            type="button"
            aria-pressed={use === chosen}
            onClick={() => useConversation.setState({ adapters: use })}
          >
            {title}
          </button>
        ))}
      </span>
    </div>
  );
}

/** The newest question again, where none is typed. */
function recall(field: HTMLTextAreaElement): boolean {
  const { question, turns, type } = useConversation.getState();
  const newest = turns[0]?.question;
  if (question !== '' || newest === undefined) return false;
  type(newest);
  requestAnimationFrame(() => field.setSelectionRange(newest.length, newest.length));
  return true;
}

/** Brings what is asked to the top where the answer would come below what is in sight. */
function makeRoom(form: HTMLFormElement): void {
  if (form.getBoundingClientRect().bottom > innerHeight * 0.6) form.scrollIntoView();
}

/** Where a question is typed. */
function QuestionBox({ inApp }: { readonly inApp: boolean }) {
  const question = useConversation((state) => state.question);
  const hasAdapters = (useGraphFunction()?.adaptersOff.length ?? 0) > 0;
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // All that an ask link is for.
    if (isAsking()) field.current?.focus({ preventScroll: true });
  }, []);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void askTyped();
        field.current?.focus();
        const { currentTarget } = event;
        requestAnimationFrame(() => makeRoom(currentTarget));
      }}
    >
      <label htmlFor="ask-question" className="font-[550]">
        Ask
      </label>
      <textarea
        ref={field}
        id="ask-question"
        className="field mt-1"
        rows={2}
        value={question}
        placeholder="Your question"
        aria-describedby="ask-help"
        onChange={({ target }) => useConversation.getState().type(target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === 'ArrowUp' && recall(event.currentTarget)) event.preventDefault();
          if (event.key !== 'Enter' || event.shiftKey) return;
          event.preventDefault();
          event.stopPropagation();
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <div className="mt-1.5 flex flex-wrap items-center justify-end gap-x-3 gap-y-1.5">
        <p id="ask-help" className="min-w-[12rem] flex-1 text-sm text-ink-2">
          Each question is answered on its own.
          {inApp ? '' : ' Asking saves your changes to the graph, but not the question.'}
        </p>
        {hasAdapters ? <AdapterSwitch /> : null}
        <button
          type="submit"
          // On the canvas Run is the main button.
          className={inApp ? 'button small go' : 'button small'}
          disabled={oneQuestion(question) === ''}
        >
          Ask
        </button>
      </div>
    </form>
  );
}

function hasAnswers(run: RunState): boolean {
  return stepsInOrder(run).some(({ outputs }) =>
    Object.values(outputs).some(({ mediaType }) => mediaType === answersMediaType),
  );
}

/** Questions that are not in the file of the open graph, with their answers. */
export function Conversation({ inApp = false, children }: ConversationProps) {
  const path = useDocument((state) => state.file?.path);
  const graph = useGraphFunction();
  const turns = useConversation((state) => state.turns);
  // The answers of the shown run stand below, and carry the note about a small model.
  const isJudgedBelow = useRunView(({ run }) => !inApp && run !== null && hasAnswers(run));
  useEffect(() => openConversation(path), [path]);
  if (askable(graph) === undefined) return children;
  return (
    <>
      <section className={inApp ? undefined : 'mt-5'} aria-label="Your questions">
        <QuestionBox inApp={inApp} />
        {turns.length === 0 ? null : (
          <>
            <div className="mt-4 mb-1.5 flex items-baseline">
              <h2 className="flex-1 font-[550]">Asked</h2>
              <button
                type="button"
                className="quiet-action"
                title="Clears this list; the runs stay under All runs"
                disabled={!turns.some(({ answers }) => answers.every(isAnswered))}
                onClick={() => {
                  forgetAll();
                  document.querySelector<HTMLElement>('#ask-question')?.focus();
                }}
              >
                Clear
              </button>
            </div>
            <ol className="flex flex-col gap-4" aria-label="Asked questions">
              {turns.map((turn, at) => (
                <TurnRow key={turn.id} turn={turn} judgesModel={at === 0 && !isJudgedBelow} />
              ))}
            </ol>
          </>
        )}
      </section>
      {children}
    </>
  );
}
