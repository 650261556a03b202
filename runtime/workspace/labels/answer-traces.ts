import { inTurns, portTypeOf, readRows } from '@graft/engine';
import {
  Answers,
  answerSchema,
  answerStations,
  chunkSchema,
  GraphError,
  hitsRow,
  Prompts,
  promptRow,
  promptSchema,
  Questions,
  questionHitsSchema,
  questionSchema,
  rightAnswerTest,
  SearchedText,
  traceAnswer,
  tracePart,
  traceParts,
  type Answer,
  type AnswerStations,
  type ArtifactRef,
  type ArtifactStore,
  type Question,
  type QuestionTrace,
  type RunStore,
  type StationRow,
  type TracePart,
  type TraceStation,
  type TraceSummary,
} from '@graft/graph';
import { PromiseCache } from '../runs/promise-cache.ts';

/** Answers of a run. */
export interface TracedAnswers {
  readonly run: string;
  readonly answers: ArtifactRef;
}

interface Traces {
  readonly summary: TraceSummary;
  /** By the number of the answer. */
  readonly answers: readonly QuestionTrace[];
}

/** Results kept; artifacts never change, and neither do the steps of a run that made them. */
const kept = 20;
const mostBytes = 64_000_000;
/** Chunks are read only where they are not more than this. */
const mostChunks = 200_000;
const mostChunkBytes = 200_000_000;

/**
 * Traces of answers through the stations of their run; see `traceAnswer`. It reads each station once, and keeps of each
 * row only where the wanted passages are.
 */
export class AnswerTraces {
  readonly #artifacts: ArtifactStore;
  readonly #journal: Pick<RunStore, 'get' | 'steps' | 'lastSteps'>;
  readonly #known = new PromiseCache<Traces>(kept, { bytesOf, most: mostBytes });

  constructor(parts: {
    readonly artifacts: ArtifactStore;
    readonly journal: Pick<RunStore, 'get' | 'steps' | 'lastSteps'>;
  }) {
    this.#artifacts = parts.artifacts;
    this.#journal = parts.journal;
  }

  /** Undefined if no step of the run made them, or if no hits are on their way. Throws `missing-file` if they are gone. */
  async summary(of: TracedAnswers, signal?: AbortSignal): Promise<TraceSummary | undefined> {
    return (await this.#traces(of, signal))?.summary;
  }

  /** The traces of some answers, by their numbers from 0; null for a number past the end. */
  async pick(
    of: TracedAnswers,
    numbers: readonly number[],
    signal?: AbortSignal,
  ): Promise<readonly (QuestionTrace | null)[]> {
    const traces = await this.#traces(of, signal);
    return numbers.map((number) => traces?.answers[number] ?? null);
  }

  /** The trace of the answer with an id; undefined if there is none. */
  async find(
    of: TracedAnswers,
    id: string,
    signal?: AbortSignal,
  ): Promise<QuestionTrace | undefined> {
    const traces = await this.#traces(of, signal);
    return traces?.answers.find((answer) => answer.id === id);
  }

  /** The numbers of the rows that the wrong answers of a part have at a station, in order. */
  async rowsOf(
    of: TracedAnswers,
    { station, part }: { readonly station: ArtifactRef['digest']; readonly part: TracePart },
    signal?: AbortSignal,
  ): Promise<readonly number[]> {
    const { summary, answers = [] } = (await this.#traces(of, signal)) ?? {};
    const place = summary?.stations.findIndex(({ artifact }) => artifact.digest === station);
    const rows = answers
      .filter(({ verdict }) => tracePart(verdict) === part)
      .flatMap(({ stops }) => stops.find((stop) => stop.station === place)?.row ?? []);
    return [...new Set(rows)].sort((a, b) => a - b);
  }

  async #traces(
    { run, answers }: TracedAnswers,
    signal: AbortSignal | undefined,
  ): Promise<Traces | undefined> {
    if (answers.mediaType !== Answers.mediaType) {
      throw new GraphError('bad-input', 'Only answers can be traced back to their questions.');
    }
    const way = await this.#stationsOf({ run, answers });
    // Without hits there is nothing to lose on the way.
    if (!way?.stations.some(({ kind }) => kind === 'hits')) return undefined;
    const artifacts = [...way.stations.map(({ artifact }) => artifact), ...way.chunks];
    const there = await Promise.all(artifacts.map(({ digest }) => this.#artifacts.has(digest)));
    const gone = new Set(artifacts.flatMap(({ digest }, at) => (there[at] ? [] : [digest])));
    const key = JSON.stringify([
      ...way.stations.map(({ node, artifact }) => [node, artifact.digest]),
      ...[way.chunks.map(({ digest }) => digest), ...gone],
    ]);
    return this.#known.get(
      key,
      (finding) => this.#trace({ answers, ...way, gone }, finding),
      signal,
    );
  }

  /** Rows of what is gone count as missing. */
  async #trace(
    {
      answers,
      stations,
      chunks,
      gone,
    }: AnswerStations & {
      readonly answers: ArtifactRef;
      readonly gone: ReadonlySet<string>;
    },
    signal: AbortSignal,
  ): Promise<Traces> {
    const read = new AnswerRows();
    for await (const row of inTurns(readRows(this.#artifacts, answers, Answers), signal)) {
      read.add(answerSchema.parse(row));
    }
    const rows: ReadonlyMap<number, StationRow>[] = [];
    for (const station of stations) {
      const { digest } = station.artifact;
      if (digest === answers.digest) rows.push(read.own());
      else rows.push(gone.has(digest) ? new Map() : await this.#rowsAt(station, read, signal));
    }
    const kept = chunks.filter(({ digest }) => !gone.has(digest));
    const held = await this.#held(kept, read, signal);
    return traced(stations, read.answers, (at) => ({
      rowAt: (station) => rows[station]?.get(at),
      ...(held === undefined ? {} : { held: held.get(at) ?? [] }),
    }));
  }

  /** Those of the run itself; for results that it did not make anew, of the file's last steps too. */
  async #stationsOf({ run, answers }: TracedAnswers): Promise<AnswerStations | undefined> {
    const steps = await this.#journal.steps(run);
    const own = answerStations(steps, answers.digest);
    if (own !== undefined) return own;
    const record = await this.#journal.get(run);
    if (record === undefined) return undefined;
    const last = await this.#journal.lastSteps(record.file, record.scope);
    return answerStations([...steps, ...last.values()], answers.digest);
  }

  /** What a station has of each answer, by the answer's number. */
  async #rowsAt(
    { artifact }: TraceStation,
    read: AnswerRows,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, StationRow>> {
    const rows = new Map<number, StationRow>();
    let number = 0;
    for await (const row of inTurns(
      readRows(this.#artifacts, artifact, portTypeOf(artifact)),
      signal,
    )) {
      const { ids, rowOf } = stationRow(artifact.mediaType, row);
      for (const at of read.of(ids)) {
        const question = read.answers[at]?.question;
        if (question !== undefined && !rows.has(at)) rows.set(at, rowOf(number, question));
      }
      number += 1;
    }
    return rows;
  }

  /** Of each answer, by number, whether a chunk of each wanted document has the words of its reference. */
  async #held(
    chunks: readonly ArtifactRef[],
    read: AnswerRows,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, boolean[]> | undefined> {
    const isSmall = chunks.every(
      ({ count = 0, size }) => count <= mostChunks && size <= mostChunkBytes,
    );
    if (!isSmall) return undefined;
    const held = new Map<number, boolean[]>();
    const wanting = read.byDocument();
    for (const artifact of chunks) {
      const all = readRows(this.#artifacts, artifact, portTypeOf(artifact));
      for await (const row of inTurns(all, signal)) {
        const { text, source } = chunkSchema.parse(row);
        const searched = new SearchedText(text);
        for (const { at, document, holds } of wanting.get(source.path) ?? []) {
          const known = held.get(at) ?? [];
          if (known[document] !== true && holds(searched)) known[document] = true;
          held.set(at, known);
        }
      }
    }
    return held;
  }
}

/** What a station tells of a row: the ids by which an answer finds it, and where the wanted passages are. */
function stationRow(
  mediaType: string,
  row: unknown,
): {
  readonly ids: readonly string[];
  readonly rowOf: (row: number, question: Question) => StationRow;
} {
  const bare = (number: number): StationRow => ({ row: number, first: [], holding: [] });
  if (mediaType === Questions.mediaType) {
    return { ids: [questionSchema.parse(row).id], rowOf: bare };
  }
  if (mediaType === Prompts.mediaType) {
    const prompt = promptSchema.parse(row);
    const ids = [prompt.id, prompt.question.id];
    return { ids, rowOf: (number, question) => promptRow(number, prompt, question) };
  }
  if (mediaType === Answers.mediaType) {
    const { id, question } = answerSchema.parse(row);
    return { ids: [id, question.id], rowOf: bare };
  }
  const hits = questionHitsSchema.parse(row);
  const ids = [hits.id, hits.question.id];
  return { ids, rowOf: (number, question) => hitsRow(number, hits, question) };
}

/** A document that an answer's question names. */
interface WantedDocument {
  /** Number of the answer. */
  readonly at: number;
  /** Number of the document among those that the question names. */
  readonly document: number;
  readonly holds: (text: SearchedText) => boolean;
}

/** The answers, with the numbers of those of a question. */
class AnswerRows {
  readonly answers: Pick<Answer, 'id' | 'text' | 'question'>[] = [];
  readonly #byId = new Map<string, number[]>();

  add({ id, text, question }: Answer): void {
    const at = this.answers.push({ id, text, question }) - 1;
    for (const name of new Set([id, question.id])) {
      const known = this.#byId.get(name);
      if (known === undefined) this.#byId.set(name, [at]);
      else known.push(at);
    }
  }

  /** The numbers of the answers that have one of these ids, or whose question has. */
  of(ids: readonly string[]): ReadonlySet<number> {
    return new Set(ids.flatMap((id) => this.#byId.get(id) ?? []));
  }

  own(): ReadonlyMap<number, StationRow> {
    return new Map(this.answers.map((_, at) => [at, { row: at, first: [], holding: [] }]));
  }

  byDocument(): ReadonlyMap<string, readonly WantedDocument[]> {
    const wanting = new Map<string, WantedDocument[]>();
    for (const [at, { question }] of this.answers.entries()) {
      const holds = rightAnswerTest(question);
      for (const [document, path] of [...new Set(question.documents)].entries()) {
        const known = wanting.get(path) ?? [];
        known.push({ at, document, holds });
        wanting.set(path, known);
      }
    }
    return wanting;
  }
}

function traced(
  stations: readonly TraceStation[],
  answers: AnswerRows['answers'],
  known: (answer: number) => {
    readonly rowAt: (station: number) => StationRow | undefined;
    readonly held?: readonly boolean[];
  },
): Traces {
  const all = answers.map((answer, at): QuestionTrace => {
    const { rowAt, ...held } = known(at);
    const trace = traceAnswer({ answer, ...held }, stations, rowAt);
    return { id: answer.id, question: answer.question.question, ...trace };
  });
  const counts = Object.fromEntries(traceParts.map((part) => [part, 0])) as Record<
    TracePart,
    number
  >;
  let [right, lucky, wrong] = [0, 0, 0];
  for (const { verdict } of all) {
    const part = tracePart(verdict);
    if (part !== undefined) {
      counts[part] += 1;
      wrong += 1;
    } else if (verdict !== 'no reference') right += 1;
    if (verdict === 'lucky') lucky += 1;
  }
  const shown = stations.map(({ node, port, artifact, kind }) => ({ node, port, artifact, kind }));
  return { summary: { stations: shown, right, lucky, wrong, parts: counts }, answers: all };
}

/** About what traces take in memory. */
function bytesOf({ answers }: Traces): number {
  return answers.reduce(
    (sum, { question, stops }) => sum + 200 + 2 * question.length + 120 * stops.length,
    1_000,
  );
}
