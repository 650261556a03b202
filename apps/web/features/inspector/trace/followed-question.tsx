import type { ArtifactRef } from '@graft/graph';
import { partText } from '@graft/view';
import type { ReactNode } from 'react';
import { CloseIcon } from '../../../kit/icons.tsx';
import { useReading } from '../../../kit/stores.ts';
import { TraceStrip } from './trace-strip.tsx';
import { useFollowedTrace, useTraceSummary } from './use-traces.ts';

function Line(props: { readonly children: ReactNode; readonly label: string; end(): void }) {
  return (
    <div className="flex items-start gap-2 py-1.5 pr-2 pl-3">
      <div className="min-w-0 flex-1">{props.children}</div>
      <button
        type="button"
        className="icon-button -my-0.5"
        aria-label={props.label}
        title={props.label}
        onClick={props.end}
      >
        <CloseIcon />
      </button>
    </div>
  );
}

/** Above an output: the question that is followed through the graph, and which rows alone are shown. */
export function FollowedQuestion({ artifact }: { readonly artifact: ArtifactRef | undefined }) {
  const { question, summary, trace } = useFollowedTrace();
  const part = useReading((state) => state.part);
  const ofPart = useTraceSummary(part ?? undefined);
  const { follow, showPart } = useReading.getState();
  const isOnWay = ofPart?.stations.some((station) => station.artifact.digest === artifact?.digest);
  // The summary above the answers shows it there.
  const isPartTold = part?.answers.digest === artifact?.digest;
  const shown = part === null || isPartTold || isOnWay !== true ? undefined : part.part;
  if (question === null && shown === undefined) return null;
  return (
    <div
      className="mx-4 mt-3 mb-2 -space-y-1 rounded-[7px] border border-line text-sm print:hidden"
      data-testid="followed"
      role="group"
      aria-label="Followed question"
    >
      {question === null ? null : (
        <Line label="Stop following this question" end={() => follow(null)}>
          <p className="truncate font-[550]" title={question.text}>
            {question.text}
          </p>
          {summary === undefined || trace === undefined ? null : (
            <div className="-mx-1">
              <TraceStrip of={question} {...{ summary, trace }} here={artifact?.digest} />
            </div>
          )}
        </Line>
      )}
      {shown === undefined || ofPart === undefined ? null : (
        <Line label="Show all rows" end={() => showPart(null)}>
          <p className="text-ink-2">Only wrong answers: {partText(shown, ofPart.parts[shown])}.</p>
        </Line>
      )}
    </div>
  );
}
