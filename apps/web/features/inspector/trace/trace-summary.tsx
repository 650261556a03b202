import { partMeaning, partText, wrongParts, type ArtifactRef } from '@graft/graph';
import { plural } from '@graft/nodes/kit/ui';
import { Fragment } from 'react';
import { useReading } from '../output/use-reading.ts';
import { useFollowable, useTraceSummary } from './use-traces.ts';

/** Below the score of answers: where the wrong ones were lost. Each part shows its rows alone, here and at the other nodes. */
export function TraceSummaryLine({ artifact }: { readonly artifact: ArtifactRef | undefined }) {
  const of = useFollowable(artifact);
  const summary = useTraceSummary(of);
  const shown = useReading(({ part }) =>
    part?.answers.digest === artifact?.digest ? part?.part : undefined,
  );
  if (of === undefined || summary === undefined || summary.wrong === 0) return null;
  const parts = wrongParts(summary.parts);
  return (
    <p className="px-4 pb-2 print:hidden" data-testid="trace-summary">
      Of {plural(summary.wrong, 'wrong answer')},{' '}
      {parts.map((part, at) => (
        <Fragment key={part}>
          {at === 0 ? '' : at === parts.length - 1 ? ' and ' : ', '}
          <button
            type="button"
            aria-pressed={part === shown}
            title={`${partMeaning(part)} ${part === shown ? 'Press to show all rows.' : 'Press to show only these rows.'}`}
            className="-mx-0.5 rounded-[5px] px-0.5 text-left underline decoration-ink-3 underline-offset-2 hover:decoration-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
            onClick={() => useReading.getState().showPart(part === shown ? null : { ...of, part })}
          >
            {partText(part, summary.parts[part])}
          </button>
        </Fragment>
      ))}
      .
    </p>
  );
}
