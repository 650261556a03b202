import { Metrics, metricRowSchema, Preferences, preferenceSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps, RowList } from '../kit/ui/index.ts';
import { AgreementCard } from './agreement-card.tsx';

/** Why it is empty. Only the agreement can be: there are always means. */
const nothing: Readonly<Record<string, string>> = {
  [Metrics.mediaType]:
    'No metrics to compare with the labels. Connect the metrics of Evaluate or Judge to “verdicts”, and label some answers.',
  [Preferences.mediaType]:
    'No pairs yet. A pair is a right and a wrong answer to the same question; they may come from different runs or variants.',
};

/** The labels' means and rows, a card for each compared metric, or the pairs. */
export function preview(props: PreviewProps): ReactNode {
  const { artifact, rows, total, loading } = props;
  const [first] = rows;
  const absent = nothing[artifact.mediaType];
  if (total === 0 && !loading && absent !== undefined) return <p className="gk-note">{absent}</p>;
  const agrees =
    artifact.mediaType === Metrics.mediaType &&
    metricRowSchema.safeParse(first).data?.series === 'agreement';
  if (agrees) {
    return (
      <RowList {...props} schema={metricRowSchema} unit="metrics">
        {(row) => <AgreementCard row={row} />}
      </RowList>
    );
  }
  if (artifact.mediaType !== Preferences.mediaType) return <PortPreview {...props} />;
  return (
    <RowList {...props} schema={preferenceSchema} unit="pairs">
      {({ prompt, chosen, rejected }) => (
        <article className="gk-item">
          <p className="gk-prompt">{prompt}</p>
          <p className="gk-pair" data-verdict="right">
            <span>Chosen</span>
            <span>{chosen}</span>
          </p>
          <p className="gk-pair" data-verdict="wrong">
            <span>Rejected</span>
            <span>{rejected}</span>
          </p>
        </article>
      )}
    </RowList>
  );
}
