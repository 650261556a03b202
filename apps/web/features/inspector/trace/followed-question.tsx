import { partText } from '@graft/graph';
import { stepOf } from '@graft/view';
import type { ReactNode } from 'react';
import { CloseIcon } from '../../../kit/icons.tsx';
import { useRunView } from '../../../kit/stores.ts';
import { useReading } from '../output/use-reading.ts';
import { TraceStrip } from './trace-strip.tsx';
import { useFollowedTrace, useFollows, useTraceSummary } from './use-traces.ts';

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

/** Above the output of a node: the question that is followed through the graph, and which rows alone are shown. */
export function FollowedQuestion({ node }: { readonly node: string }) {
  const { question, summary, trace } = useFollowedTrace();
  const part = useReading((state) => state.part);
  const ofPart = useTraceSummary(part ?? undefined);
  const outputs = useRunView((state) => stepOf(state, node)?.outputs);
  const { follow, showPart } = useReading.getState();
  const isHere = (digest: string | undefined): boolean =>
    Object.values(outputs ?? {}).some((output) => output.digest === digest);
  const isOnWay = ofPart?.stations.some(({ artifact }) => isHere(artifact.digest)) === true;
  // The summary above the answers tells it there.
  const shown = part === null || !isOnWay || isHere(part.answers.digest) ? undefined : part.part;
  const here = summary?.stations.find(({ artifact }) => isHere(artifact.digest));
  const follows = useFollows(node);
  if (!follows || (question === null && shown === undefined)) return null;
  return (
    <div
      className="mx-4 mt-3 rounded-[7px] border border-line text-sm print:hidden"
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
              <TraceStrip of={question} {...{ summary, trace }} here={here?.artifact.digest} />
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
