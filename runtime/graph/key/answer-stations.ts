import type { ArtifactRef } from '../contracts/artifact.ts';
import type { StepSummary } from '../contracts/run-event.ts';
import type {
  AnswerTrace,
  StationKind,
  StationLinks,
  TracePart,
} from '../evidence/answer-trace.ts';
import {
  Answers,
  Chunks,
  Embeddings,
  Hits,
  Index,
  Prompts,
  Questions,
} from '../rows/port-types.ts';

/** An output on the way to answers, with the step that made it. */
export interface TraceStation extends StationLinks {
  /** Path of the step. */
  readonly node: string;
  readonly port: string;
  readonly artifact: ArtifactRef;
}

export interface AnswerStations {
  /** Upstream first; the answers are the last. */
  readonly stations: readonly TraceStation[];
  /** What was searched for the hits among them. */
  readonly chunks: readonly ArtifactRef[];
}

/** Where the wrong ones among answers were lost. */
export interface TraceSummary {
  /** Upstream first; the answers are the last. */
  readonly stations: readonly Pick<TraceStation, 'node' | 'port' | 'artifact' | 'kind'>[];
  readonly right: number;
  /** Right ones whose wanted passage was lost. */
  readonly lucky: number;
  readonly wrong: number;
  /** Together as many as are wrong. */
  readonly parts: Readonly<Record<TracePart, number>>;
}

/** One answer, followed back to its question. */
export interface QuestionTrace extends AnswerTrace {
  /** Id of the answer. */
  readonly id: string;
  readonly question: string;
}

const kinds: ReadonlyMap<string, StationKind> = new Map([
  [Questions.mediaType, 'questions'],
  [Hits.mediaType, 'hits'],
  [Prompts.mediaType, 'prompts'],
  [Answers.mediaType, 'answers'],
]);
const searched: ReadonlySet<string> = new Set([
  Index.mediaType,
  Embeddings.mediaType,
  Chunks.mediaType,
]);

interface Output {
  readonly step: StepSummary;
  readonly port: string;
  readonly artifact: ArtifactRef;
}

/**
 * The way of questions to answers through the steps of a run: each step's key names the digests that it read, which are
 * the edges of the run, with subgraphs expanded and loops unrolled. It follows rows of questions only, so that training
 * data is not part of the way. If several steps made the same bytes, the first of them is the station. Undefined if no
 * step made the answers.
 */
export function answerStations(
  steps: readonly StepSummary[],
  answers: ArtifactRef['digest'],
): AnswerStations | undefined {
  const makers = makersOf(steps);
  const end = makers.get(answers);
  if (end === undefined || kinds.get(end.artifact.mediaType) !== 'answers') return undefined;
  const stations: TraceStation[] = [];
  const chunks = new Map<string, ArtifactRef>();
  const places = new Map<string, number | undefined>();
  // Listed once its whole way is, so that places ascend downstream. Undefined within a circle: bytes may come back.
  const visit = ({ step, port, artifact }: Output, kind: StationKind): number | undefined => {
    const known = places.get(artifact.digest);
    if (known !== undefined || places.has(artifact.digest)) return known;
    places.set(artifact.digest, undefined);
    const from = new Set<number>();
    for (const input of inputsOf(step, makers)) {
      const of = kinds.get(input.artifact.mediaType);
      const place = of && visit(input, of);
      if (place !== undefined) from.add(place);
      if (kind === 'hits') collectChunks(input, makers, chunks);
    }
    const place = stations.push({ node: step.node, port, artifact, kind, from: [...from] }) - 1;
    places.set(artifact.digest, place);
    return place;
  };
  visit(end, 'answers');
  return { stations, chunks: [...chunks.values()] };
}

function makersOf(steps: readonly StepSummary[]): ReadonlyMap<string, Output> {
  const makers = new Map<string, Output>();
  for (const step of steps) {
    for (const [port, artifact] of Object.entries(step.outputs)) {
      const known = makers.get(artifact.digest);
      // A step that passes its input on did not make it.
      if (known === undefined || reads(known.step, artifact.digest))
        makers.set(artifact.digest, { step, port, artifact });
    }
  }
  return makers;
}

/** The digests that a step read, in the order of its ports and edges. */
function inputDigests({ parts = [] }: StepSummary): string[] {
  return parts.flatMap(({ name, value }) => (name.startsWith('input.') ? value.split(' ') : []));
}

function reads(step: StepSummary, digest: string): boolean {
  return inputDigests(step).includes(digest);
}

function inputsOf(step: StepSummary, makers: ReadonlyMap<string, Output>): Output[] {
  return inputDigests(step).flatMap((digest) => makers.get(digest) ?? []);
}

/** Collects the chunks behind an index. */
function collectChunks(
  output: Output,
  makers: ReadonlyMap<string, Output>,
  chunks: Map<string, ArtifactRef>,
): void {
  const { step, artifact } = output;
  if (!searched.has(artifact.mediaType) || chunks.has(artifact.digest)) return;
  if (artifact.mediaType === Chunks.mediaType) chunks.set(artifact.digest, artifact);
  else for (const input of inputsOf(step, makers)) collectChunks(input, makers, chunks);
}
