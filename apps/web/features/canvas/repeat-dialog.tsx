import { GraphError, type LoopProposal, type LoopState } from '@graft/graph';
import {
  collectable,
  endings,
  firstRepeatForm,
  prefixOf,
  repeatChoice,
  repeatInWords,
  stepOf,
  titleAmong,
  documentStore,
  runView,
  type PortWords,
  type RepeatForm,
} from '@graft/view';
import { useState } from 'react';
import { offeredLoop, repeatNodes } from '../../api/graphs/subgraph-edits.ts';
import { useModal } from '../../kit/dialog.tsx';
import { useOverlay } from '../../kit/stores.ts';

function close(): void {
  useOverlay.getState().show({ repeating: null });
}

/** Titles of the shown nodes, and the outputs that the run on the screen has at their ports. */
function portWords(): PortWords {
  const { shown, trail } = documentStore.getState();
  return {
    title: ({ node, port }) => `${titleAmong(node, shown.nodes)} · ${port}`,
    rows: ({ node, port }) =>
      stepOf(runView.getState(), prefixOf(trail) + node)?.outputs[port]?.summary,
  };
}

interface Part {
  readonly proposal: LoopProposal;
  readonly form: RepeatForm;
  readonly words: PortWords;
  readonly change: (part: Partial<RepeatForm>) => void;
}

/** What feeds each input in the next round, for the inputs that the selection can feed itself. */
function Feeds({ proposal, form, words, change }: Part) {
  const byInput = new Map<string, LoopState[]>();
  for (const state of proposal.states)
    byInput.set(state.input, [...(byInput.get(state.input) ?? []), state]);
  return (
    <fieldset className="mt-4">
      <legend className="font-[550]">In the next round</legend>
      {[...byInput].map(([input, states]) => (
        <label key={input} className="mt-1.5 grid grid-cols-2 items-center gap-3">
          <span className="truncate">
            {states[0] === undefined ? input : words.title(states[0].first)}
          </span>
          <select
            className="field"
            value={form.feeds[input] ?? ''}
            onChange={({ target }) => change({ feeds: { ...form.feeds, [input]: target.value } })}
          >
            <option value="">stays as it is</option>
            {states.map(({ output, next }) => (
              <option key={output} value={output}>
                becomes {words.title(next)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  );
}

function Ending({ proposal, form, words, change }: Part) {
  return (
    <div className="mt-4 grid grid-cols-2 gap-3">
      <label>
        <span className="mb-1 block font-[550]">Ends when</span>
        <select
          className="field"
          value={form.until}
          onChange={({ target }) => change({ until: target.value })}
        >
          {endings(proposal, form).map(({ input, next }) => (
            <option key={input} value={input}>
              {words.title(next)} is empty
            </option>
          ))}
          <option value="">a round changes nothing</option>
        </select>
      </label>
      <label>
        <span className="mb-1 block font-[550]">At most</span>
        <span className="flex items-center gap-2">
          <input
            className="field"
            inputMode="numeric"
            value={form.limit}
            onChange={({ target }) => change({ limit: target.value })}
          />
          rounds
        </span>
      </label>
    </div>
  );
}

function Kept({ proposal, form, words, change }: Part) {
  const kept = collectable(proposal, form);
  const [seed] = proposal.seeds;
  if (kept.length === 0 && seed === undefined) return null;
  const toggled = (output: string, on: boolean): readonly string[] =>
    on ? [...form.collect, output] : form.collect.filter((other) => other !== output);
  return (
    <fieldset className="mt-4 flex flex-col gap-1">
      <legend className="font-[550]">Over all rounds</legend>
      {kept.map(({ output, from }) => (
        <label key={output} className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={form.collect.includes(output)}
            onChange={({ target }) => change({ collect: toggled(output, target.checked) })}
          />
          Collect {words.title(from)}
        </label>
      ))}
      {seed === undefined ? null : (
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={form.reseed}
            onChange={({ target }) => change({ reseed: target.checked })}
          />
          Use the number of the round as the seed of {words.title({ ...seed, port: seed.param })}
        </label>
      )}
    </fieldset>
  );
}

/** Why the selection has no output that can feed an input of the next round, and which nodes would. */
function Nothing({ reason }: { readonly reason: string | undefined }) {
  return (
    <p className="mt-3 max-w-[60ch]" role="alert">
      {reason ??
        'The selected nodes have no output that fits one of their inputs, so a round has nothing to pass to the next. Add a node with such an output, for instance Split answers, which outputs the questions that are still open, and select it too.'}
    </p>
  );
}

/** Asks how to repeat the selected nodes, and shows the effect on the rows of the last run. */
export function RepeatDialog({ nodes }: { readonly nodes: readonly string[] }) {
  const dialog = useModal();
  const [offered] = useState(() => {
    try {
      return offeredLoop(nodes);
    } catch (error) {
      return GraphError.from(error).message;
    }
  });
  const proposal = typeof offered === 'string' ? undefined : offered;
  const [form, setForm] = useState(() =>
    firstRepeatForm(proposal ?? { states: [], rows: [], seeds: [] }),
  );
  const [refused, refuse] = useState<string>();
  const change = (part: Partial<RepeatForm>): void => {
    setForm((before) => ({ ...before, ...part }));
    refuse(undefined);
  };
  const words = portWords();
  const isPossible = proposal !== undefined && proposal.states.length > 0;
  return (
    <dialog
      ref={dialog}
      className="dialog w-[560px]"
      aria-labelledby="repeat-dialog-title"
      onClose={close}
    >
      <form
        className="p-5"
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          if (proposal === undefined) return;
          const choice = repeatChoice(proposal, form);
          const reason = typeof choice === 'string' ? choice : repeatNodes(nodes, choice);
          refuse(reason);
          if (reason === undefined) close();
        }}
      >
        <h2 id="repeat-dialog-title" className="text-lg font-[620]">
          Repeat this
        </h2>
        <p className="mt-0.5 text-sm text-ink-2">
          The selected nodes run in rounds: each round reads the outputs of the previous one.
        </p>
        {!isPossible ? (
          <Nothing reason={typeof offered === 'string' ? offered : undefined} />
        ) : (
          <>
            <label className="mt-4 block">
              <span className="mb-1 block font-[550]">Name</span>
              <input
                className="field"
                data-focus
                value={form.name}
                autoComplete="off"
                spellCheck={false}
                onFocus={({ target }) => target.select()}
                onChange={({ target }) => change({ name: target.value })}
              />
            </label>
            <Feeds {...{ proposal, form, words, change }} />
            <Ending {...{ proposal, form, words, change }} />
            <Kept {...{ proposal, form, words, change }} />
            <ul
              className="mt-4 flex list-disc flex-col gap-0.5 rounded-[7px] border border-line bg-paper py-2 pr-3 pl-7 text-sm"
              aria-label="What the loop does"
            >
              {repeatInWords(proposal, form, words).map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </>
        )}
        {refused === undefined ? null : (
          <p className="mt-2 text-sm text-error" role="alert">
            {refused}
          </p>
        )}
        <div className="mt-4 flex justify-end gap-2">
          <button type="button" className="button" onClick={close}>
            {isPossible ? 'Cancel' : 'Close'}
          </button>
          {isPossible ? (
            <button type="submit" className="button go">
              Repeat
            </button>
          ) : null}
        </div>
      </form>
    </dialog>
  );
}
