import type { LoopChoice, LoopProposal, LoopState } from '@graft/graph';
import { subgraphName } from './subgraph-name.ts';

/** What the form of “Repeat this” holds. Ports are named as the proposal names them. */
export interface RepeatForm {
  readonly name: string;
  /** By input, the output that feeds it in the next round; an input without an entry stays as it is. */
  readonly feeds: Readonly<Record<string, string>>;
  /** The input whose rows run out at the end; empty: all rounds are run, or until one changes nothing. */
  readonly until: string;
  readonly limit: string;
  readonly collect: readonly string[];
  /** Whether the seeds of the selection get the number of the round. */
  readonly reseed: boolean;
}

/** The most rounds that a loop takes. */
const mostRounds = 1000;

/** How ports and their rows are called on the screen. */
export interface PortWords {
  readonly title: (port: LoopState['first']) => string;
  /** What the last run gave there, as `12 questions`; undefined before one. */
  readonly rows: (port: LoopState['first']) => string | undefined;
}

/** The form as it is first shown: the first pair that fits goes round, until nothing is left of it, and all else with rows is collected. */
export function firstRepeatForm({ states, rows, seeds }: LoopProposal): RepeatForm {
  const [state] = states;
  return {
    name: 'repeat',
    feeds: state === undefined ? {} : { [state.input]: state.output },
    until: state?.type.encoding === 'jsonl' ? state.input : '',
    limit: '5',
    collect: rows.flatMap(({ output }) => (output === state?.output ? [] : [output])),
    reseed: seeds.length === 1,
  };
}

/** The pairs of a form, in the order of the proposal. */
function chosenStates({ states }: LoopProposal, { feeds }: RepeatForm): readonly LoopState[] {
  return states.filter(({ input, output }) => feeds[input] === output);
}

/** The outputs that can be collected: those with rows that do not go round. */
export function collectable(proposal: LoopProposal, form: RepeatForm): LoopProposal['rows'] {
  const round = new Set(chosenStates(proposal, form).map(({ output }) => output));
  return proposal.rows.filter(({ output }) => !round.has(output));
}

/** The states that can end the loop: those with rows. */
export function endings(proposal: LoopProposal, form: RepeatForm): readonly LoopState[] {
  return chosenStates(proposal, form).filter(({ type }) => type.encoding === 'jsonl');
}

/** What the form asks for, or why that cannot be made. */
export function repeatChoice(proposal: LoopProposal, form: RepeatForm): LoopChoice | string {
  const states = chosenStates(proposal, form);
  const limit = Number(form.limit);
  if (states.length === 0) return 'Choose what goes into the next round.';
  if (new Set(states.map(({ output }) => output)).size < states.length)
    return 'Two inputs would get the same output. Choose another for one of them.';
  if (!Number.isInteger(limit) || limit < 1 || limit > mostRounds)
    return `The number of rounds must be a whole number from 1 to ${String(mostRounds)}.`;
  const offered = new Set(collectable(proposal, form).map(({ output }) => output));
  const [seed] = proposal.seeds;
  return {
    ...subgraphName(form.name),
    ...{ states, limit },
    ...(endings(proposal, form).some(({ input }) => input === form.until)
      ? { while: form.until }
      : {}),
    collect: form.collect.filter((output) => offered.has(output)),
    ...(form.reseed && seed !== undefined ? { round: seed } : {}),
  };
}

/** What the loop would do, a sentence each, with the rows of the last run where there was one. */
export function repeatInWords(
  proposal: LoopProposal,
  form: RepeatForm,
  { title, rows }: PortWords,
): readonly string[] {
  const states = chosenStates(proposal, form);
  if (states.length === 0) return [];
  const named = (port: LoopState['first']): string => {
    const count = rows(port);
    return count === undefined ? `“${title(port)}”` : `“${title(port)}” (${count} in the last run)`;
  };
  const both = states.map(
    ({ first, next }) =>
      `Round 1 reads ${named(first)}. Each further round reads ${named(next)} of the round before instead.`,
  );
  const ends = endings(proposal, form).find(({ input }) => input === form.until);
  const end =
    ends === undefined
      ? `It ends after ${form.limit} rounds, or when a round changes nothing.`
      : `It ends when “${title(ends.next)}” is empty, or after ${form.limit} rounds.`;
  const kept = collectable(proposal, form).filter(({ output }) => form.collect.includes(output));
  const collected =
    kept.length === 0
      ? 'The last round gives the results.'
      : `${kept.map(({ from }) => `“${title(from)}”`).join(' and ')} of all rounds ${kept.length === 1 ? 'is' : 'are'} collected: of rows with the same id, the last one stays.`;
  return [...both, end, collected];
}
