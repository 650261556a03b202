import { setParam, type Graph } from '@graft/graph';
import {
  answerHeld,
  conversationStore,
  documentStore,
  emptyRun,
  isAnswered,
  mostTurns,
  oneQuestion,
  problemText,
  screenStore,
  type AdapterUse,
  type AskedQuestion,
  type GivenAnswer,
  type Turn,
} from '@graft/view';
import { api } from '../client.ts';
import { askable, givenTo, graphFunction, type GraphFunction } from '../graphs/graph-function.ts';
import { report } from '../graphs/graph-file.ts';
import { keepAsked, keptAsked, type KeptAsked } from '../graphs/kept-questions.ts';
import { saveFile } from '../graphs/save-file.ts';
import { problemsOf } from '../problem.ts';
import { askedGraphs } from './ran-graph.ts';
import { followRun } from './follow-run.ts';
import { tellOfCancel } from './run-actions.ts';

let lastId = 0;
/** Unlike any other, also of other tabs: turns are kept by it. */
const newId = (): string =>
  `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}-${String(++lastId)}`;

function newAnswer(graph: GraphFunction, adapter: AdapterUse | undefined): GivenAnswer {
  const { outputs } = graph;
  return {
    ...{ id: newId(), adapter, outputs },
    ...{ run: undefined, problem: undefined, stopped: false },
  };
}

/** Shows what was asked of a file, also before a reload: as far as its runs are kept. */
export function openConversation(file: string | undefined): void {
  if (conversationStore.getState().file === file) return;
  const kept = file === undefined ? [] : keptAsked(file);
  const turns = turnsOf(kept).slice(0, mostTurns);
  conversationStore.getState().begin(file, turns);
  // One after the other: a browser has few connections to a server.
  const answers = turns.flatMap((turn) => turn.answers);
  const next = (at: number): void => {
    const answer = answers[at];
    if (answer?.run !== undefined) follow(answer.id, answer.run.runId, () => next(at + 1));
  };
  next(0);
}

function turnsOf(kept: readonly KeptAsked[]): readonly Turn[] {
  const turns = new Map<string, Turn & { answers: GivenAnswer[] }>();
  for (const { question, reference, answerable, runId, outputs, adapter, turn: id } of kept) {
    const turn = turns.get(id ?? runId) ?? {
      ...{ id: id ?? runId, question, reference, answerable },
      answers: [],
    };
    turn.answers.push({
      ...{ id: newId(), adapter, outputs, run: emptyRun(runId) },
      ...{ problem: undefined, stopped: false },
    });
    turns.set(turn.id, turn);
  }
  return [...turns.values()];
}

/** Asks the typed question, if there is one. */
export async function askTyped(): Promise<void> {
  await ask({ question: conversationStore.getState().question });
}

/**
 * Runs the graph for a question; the screen keeps the results of the saved ones. False if there is nothing to ask, or
 * the same question is on its way already.
 */
export async function ask(asked: AskedQuestion): Promise<boolean> {
  const question = oneQuestion(asked.question);
  openConversation(documentStore.getState().file?.path);
  const graph = talkedTo();
  if (graph === undefined || question === '') return false;
  const { turns, adapters, question: typed } = conversationStore.getState();
  const isSent = turns[0]?.question === question && turns[0].answers.some(isOnItsWay);
  if (isSent) return false;
  const uses: readonly (AdapterUse | undefined)[] =
    graph.adaptersOff.length === 0 ? [undefined] : adapters === 'both' ? ['on', 'off'] : [adapters];
  const answers = uses.map((use) => newAnswer(graph, use));
  const turn = { ...asked, question, id: newId(), answers };
  conversationStore.getState().add(turn);
  if (oneQuestion(typed) === question) conversationStore.getState().type('');
  // As the graph is now: another file may be open once the first is on its way.
  const sent = answers.map((answer) => ({
    ...{ turn, answer },
    given: givenFor(graph, question, answer.adapter),
  }));
  for (const each of sent) await send(each);
  return true;
}

const isOnItsWay = (answer: GivenAnswer): boolean =>
  answer.run === undefined && !isAnswered(answer);

/** The open graph, and its file, if the conversation is about it. */
function talkedTo(): GraphFunction | undefined {
  const { file } = conversationStore.getState();
  const graph = graphFunction();
  const isOpen = file !== undefined && documentStore.getState().file?.path === file;
  return !isOpen || graph === undefined || askable(graph) === undefined ? undefined : graph;
}

/** Asks for an answer once more, of the graph as it is now. */
export async function retry(id: string): Promise<void> {
  const held = answerHeld(id);
  const graph = talkedTo();
  if (held === undefined || graph === undefined) return;
  const { adapter, run } = held.answer;
  const again = newAnswer(graph, graph.adaptersOff.length === 0 ? undefined : (adapter ?? 'on'));
  conversationStore.getState().replace(id, again);
  const given = givenFor(graph, held.turn.question, again.adapter);
  await send({ turn: held.turn, answer: again, given, earlier: run?.runId });
}

/** Asks the question of a turn with the adapters on or off, to show both answers. */
export async function askOther(turn: Turn, adapter: AdapterUse): Promise<void> {
  const graph = talkedTo();
  if (graph === undefined || graph.adaptersOff.length === 0) return;
  const answer = newAnswer(graph, adapter);
  conversationStore.getState().answer(turn.id, answer);
  const given = givenFor(graph, turn.question, adapter);
  await send({ turn, answer, given });
}

function givenFor(graph: GraphFunction, question: string, adapter: AdapterUse | undefined) {
  // The form of the app is not seen elsewhere.
  const isApp = screenStore.getState().view === 'app';
  return givenWith(graph, { question, adapter }, isApp ? conversationStore.getState() : emptyForm);
}

const emptyForm = { texts: {}, values: {} };

/** The graph with the settings of a run's question, as the run computed it. */
export function asAsked(graph: Graph, runId: string): Graph {
  const { turns } = conversationStore.getState();
  const found = graphFunction();
  for (const { question, answers } of turns) {
    const answer = answers.find(({ run }) => run?.runId === runId);
    if (answer === undefined || found === undefined) continue;
    const { set } = givenWith(found, { question, adapter: answer.adapter }, emptyForm);
    return set.reduce((changed, setting) => setParam(changed, setting, setting.value), graph);
  }
  return graph;
}

/** The inputs and settings for a question, with the values of the app's form. */
function givenWith(
  graph: GraphFunction,
  asked: { readonly question: string; readonly adapter: AdapterUse | undefined },
  { texts, values }: Parameters<typeof givenTo>[1],
) {
  const { question, adapter } = asked;
  const questions = (askable(graph) ?? []).map(({ node }) => [node, question] as const);
  const given = givenTo(graph, { texts: { ...texts, ...Object.fromEntries(questions) }, values });
  return adapter === 'off' ? { ...given, set: [...given.set, ...graph.adaptersOff] } : given;
}

interface Sent {
  readonly turn: Turn;
  readonly answer: GivenAnswer;
  readonly given: ReturnType<typeof givenFor>;
  /** The run in whose place this one is kept. */
  readonly earlier?: string | undefined;
}

/** Saves the file and starts the run of an answer, unless another file was opened meanwhile. */
async function send(sent: Sent): Promise<void> {
  const { turn, answer, given } = sent;
  const change = (to: Partial<GivenAnswer>): boolean => {
    const held = answerHeld(answer.id);
    if (held !== undefined)
      conversationStore.getState().replace(answer.id, { ...held.answer, ...to });
    return held !== undefined;
  };
  try {
    if (answerHeld(answer.id) === undefined) return;
    // Of a changed example, this is the path of its copy, which the conversation is about from then on.
    const path = await saveFile();
    if (path === undefined) {
      change({ problem: 'Not asked: the graph could not be saved. Save it, then retry.' });
      return;
    }
    const { file } = documentStore.getState();
    const { runId } = await api.runs.start.mutate({ path, ...given });
    if (file?.path === path) askedGraphs.set(runId, file.baseGraph);
    keep(path, sent, runId);
    const held = answerHeld(answer.id);
    if (change({ run: emptyRun(runId) })) follow(answer.id, runId);
    else if (conversationStore.getState().file === path) {
      // The file was left and opened again meanwhile.
      const run = emptyRun(runId);
      conversationStore.getState().add({ ...turn, answers: [{ ...answer, run }] });
      follow(answer.id, runId);
    }
    if (held?.answer.stopped === true) await cancel(runId);
  } catch (error) {
    const problem = problemsOf(error).map(problemText).join(' ');
    if (!change({ problem })) report(error);
  }
}

function keep(path: string, { turn, answer, earlier }: Sent, runId: string): void {
  const { question, reference, answerable } = turn;
  const { adapter, outputs } = answer;
  const entry: KeptAsked = {
    ...{ question, runId, turn: turn.id, outputs: [...outputs] },
    ...(reference === undefined ? {} : { reference }),
    ...(answerable === undefined ? {} : { answerable }),
    ...(adapter === undefined ? {} : { adapter }),
  };
  keepAsked(path, (kept) => {
    const at = kept.findIndex((other) => other.runId === earlier);
    if (at >= 0) return kept.with(at, entry);
    const last = kept.findLastIndex((other) => other.turn === turn.id);
    // Newest first; the answers of a turn in their order.
    return (last < 0 ? [entry, ...kept] : kept.toSpliced(last + 1, 0, entry)).slice(
      0,
      2 * mostTurns,
    );
  });
}

/** Follows a run until it is over. Calls `begun` once the run is known, or gone. */
function follow(id: string, runId: string, begun?: () => void): void {
  let waiting = begun;
  let isThere = begun === undefined;
  const isKnown = (): void => {
    waiting?.();
    waiting = undefined;
  };
  const heldNow = (): GivenAnswer | undefined => {
    const answer = answerHeld(id)?.answer;
    return answer?.run?.runId === runId ? answer : undefined;
  };
  const stop = followRun(runId, {
    changed: (run) => {
      const held = heldNow();
      if (held === undefined) stop();
      else conversationStore.getState().replace(id, { ...held, run });
      isThere = true;
      isKnown();
    },
    failed: (error) => {
      const held = heldNow();
      // A pruned run has no answer any more. What is kept stays: the server may be in trouble, or serve another
      // workspace that has a file of this name.
      const problem = problemsOf(error).map(problemText).join(' ');
      if (held !== undefined)
        conversationStore.getState().replace(id, isThere ? { ...held, problem } : undefined);
      isKnown();
    },
  });
}

async function cancel(runId: string): Promise<void> {
  try {
    tellOfCancel((await api.runs.cancel.mutate({ runId })).outcome);
  } catch (error) {
    report(error);
  }
}

/** Stops an answer; what has come of it stays. */
export async function stopAnswer(id: string): Promise<void> {
  const answer = answerHeld(id)?.answer;
  if (answer === undefined || isAnswered(answer)) return;
  if (answer.run !== undefined) return cancel(answer.run.runId);
  // Cancelled as soon as it has started.
  conversationStore.getState().replace(id, { ...answer, stopped: true });
}

/** Removes questions. A notice offers to undo it. */
export function forget(...gone: readonly Turn[]): void {
  const { file, remove, turns } = conversationStore.getState();
  const ids = new Set(gone.map(({ id }) => id));
  const before = file === undefined ? [] : keptAsked(file);
  for (const { id } of gone) remove(id);
  // Also answers that are not shown, as one that was asked for once more and has not come.
  if (file !== undefined)
    keepAsked(file, (kept) => kept.filter((each) => !ids.has(each.turn ?? each.runId)));
  screenStore.getState().notify({
    tone: 'info',
    message: gone.length === 1 ? 'Removed the question.' : 'Removed the questions.',
    ...(file === undefined ? {} : { about: file }),
    action: { label: 'Undo', run: () => bringBack(file, turns, { before, ids }) },
  });
}

/** Restores removed entries at their old places. Keeps all later changes to the list. */
function putBack<T>(now: readonly T[], before: readonly T[], by: PutBack<T>): readonly T[] {
  const { isGone, keyOf } = by;
  return before.reduceRight((list, each, at) => {
    if (!isGone(each)) return list;
    const after = new Set(before.slice(at + 1).map(keyOf));
    const place = list.findIndex((other) => after.has(keyOf(other)));
    return list.toSpliced(place < 0 ? list.length : place, 0, each);
  }, now);
}

interface PutBack<T> {
  isGone(each: T): boolean;
  /** The turn that it belongs to. */
  keyOf(each: T): string;
}

/** Shows and keeps questions again beside those that were asked since. */
function bringBack(
  file: string | undefined,
  turns: readonly Turn[],
  { before, ids }: { readonly before: readonly KeptAsked[]; readonly ids: ReadonlySet<string> },
): void {
  const turnOf = ({ turn, runId }: KeptAsked): string => turn ?? runId;
  if (file !== undefined)
    keepAsked(file, (kept) => {
      const isThere = new Set(kept.map(({ runId }) => runId));
      const isGone = (each: KeptAsked): boolean =>
        ids.has(turnOf(each)) && !isThere.has(each.runId);
      return putBack(kept, before, { isGone, keyOf: turnOf });
    });
  conversationStore.setState((now) => {
    if (now.file !== file) return now;
    const isThere = new Set(now.turns.map(({ id }) => id));
    const isGone = ({ id }: Turn): boolean => ids.has(id) && !isThere.has(id);
    const all = putBack(now.turns, turns, { isGone, keyOf: ({ id }) => id });
    return { turns: all.slice(0, mostTurns) };
  });
}

/** Removes all questions that are answered. */
export function forgetAll(): void {
  const { turns } = conversationStore.getState();
  forget(...turns.filter(({ answers }) => answers.every(isAnswered)));
}
