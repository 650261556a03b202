import type { ArtifactRef, QuestionTrace, TraceSummary } from '@graft/graph';
import {
  action,
  drawnFile,
  stepTitle,
  stopWords,
  verdictWords,
  type FollowedAnswers,
} from '@graft/view';
import { Fragment, type ReactNode } from 'react';
import { useDocument } from '../../../kit/stores.ts';
import { useReading } from '../output/use-reading.ts';
import { isWrong, useFollowable, useTrace, useTraceSummary } from './use-traces.ts';

interface TraceStripProps {
  readonly of: FollowedAnswers;
  readonly summary: TraceSummary;
  readonly trace: QuestionTrace;
  /** Digest of the output that it stands in. */
  readonly here: string | undefined;
}

/** The stations that a question passed, each with what happened there. A press leads to the node, at the question's row. */
export function TraceStrip({ of, summary, trace, here }: TraceStripProps) {
  const graph = useDocument(drawnFile);
  const stops = trace.stops.flatMap((stop) => {
    const station = summary.stations[stop.station];
    return station === undefined || station.kind === 'questions' ? [] : [{ stop, station }];
  });
  const isNamed = stops.filter(({ station }) => station.kind === 'hits').length > 1;
  const go = (node: string, isHere: boolean): void => {
    useReading.getState().follow({ ...of, id: trace.id, text: trace.question });
    if (!isHere) action('showNode')(node, 'output');
  };
  return (
    <ol
      className="flex min-w-0 flex-wrap items-center gap-x-1 gap-y-0.5 text-sm text-ink-2"
      aria-label="Way of this question"
      title={verdictWords(trace)}
    >
      {stops.map(({ stop, station }, at) => {
        const words = stopWords(trace, stop, station.kind);
        const title = stepTitle(station.node, graph);
        const isHere = station.artifact.digest === here;
        const isLost =
          trace.lost?.station === stop.station ||
          (station.kind === 'answers' && trace.lost === undefined && isWrong(trace));
        return (
          <Fragment key={stop.station}>
            {at === 0 ? null : (
              <li aria-hidden className="text-ink-3">
                ›
              </li>
            )}
            <li className="min-w-0">
              <button
                type="button"
                data-lost={isLost}
                aria-current={isHere ? 'step' : undefined}
                aria-label={`${title}: ${words}`}
                title={isHere ? title : `Show this question at ${title}`}
                className="max-w-full truncate rounded-[5px] px-1 leading-[18px] hover:bg-line/60 hover:text-ink aria-[current]:text-ink data-[lost=true]:text-error"
                onClick={() => go(station.node, isHere)}
              >
                {isNamed && station.kind === 'hits' ? `${title.split('/').at(-1) ?? ''} ` : ''}
                {words}
              </button>
            </li>
          </Fragment>
        );
      })}
    </ol>
  );
}

/** What stands below each row of an output: of answers of the run on the screen their strips. */
export function useAnswerStrip(
  artifact: ArtifactRef | undefined,
): ((row: unknown, number: number) => ReactNode) | undefined {
  const of = useFollowable(artifact);
  const summary = useTraceSummary(of);
  if (of === undefined || summary === undefined) return undefined;
  return (_row, number) => <AnswerStrip {...{ of, summary, number }} />;
}

/** The strip of an answer, below it. It takes its room before the trace has come. */
function AnswerStrip({
  of,
  summary,
  number,
}: Pick<TraceStripProps, 'of' | 'summary'> & { readonly number: number }) {
  const trace = useTrace(of, number);
  return (
    <div className="min-h-[26px] px-3.5 pb-2 print:hidden" data-testid="trace">
      {trace === undefined ? null : (
        <TraceStrip {...{ of, summary, trace }} here={of.answers.digest} />
      )}
    </div>
  );
}
