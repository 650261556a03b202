import { Metrics, metricRowSchema, Preferences, preferenceSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { PortPreview, type PreviewProps, RowList } from '../kit/ui/index.ts';
import { AgreementCard } from './agreement-card.tsx';

/** The labels' means and rows, a card for each metric that was held against them, or the pairs. */
export function preview(props: PreviewProps): ReactNode {
  const { artifact, rows } = props;
  const [first] = rows;
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
