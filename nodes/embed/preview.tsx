import { chunkSchema } from '@graft/graph';
import type { ReactNode } from 'react';
import { z } from 'zod';
import {
  beginning,
  EmbeddingMapView,
  type PreviewProps,
  RowList,
  SourceLink,
} from '../kit/ui/index.ts';

/** Pages contain vectors as number arrays. */
const rowSchema = chunkSchema.extend({ vector: z.array(z.number()) });
type Row = z.infer<typeof rowSchema>;

/** Number of dimensions drawn as bars. */
const drawnPoints = 24;

/** A map of the vectors, and each vector with its first dimensions and its norm. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <>
      {props.map === undefined ? null : <EmbeddingMapView {...props.map} />}
      <RowList {...props} schema={rowSchema} unit="embeddings">
        {(row: Row) => (
          <div className="gk-row">
            <span className="gk-grow">
              {beginning(row.text, 120)}
              <small>
                <SourceLink span={row.source} open={props.openSpan} />
              </small>
            </span>
            <FirstDimensions vector={row.vector} />
            <span className="gk-number" title="length of the vector">
              {norm(row.vector).toFixed(3)}
            </span>
          </div>
        )}
      </RowList>
    </>
  );
}

function FirstDimensions({ vector }: { readonly vector: readonly number[] }): ReactNode {
  const shown = vector.slice(0, drawnPoints);
  const most = Math.max(...shown.map(Math.abs), 1e-9);
  return (
    <svg
      className="gk-dims"
      viewBox={`0 -11 ${drawnPoints * 4} 22`}
      role="img"
      aria-label={`First ${shown.length} of ${vector.length} dimensions`}
    >
      <line x1={0} x2={drawnPoints * 4} y1={0} y2={0} />
      {shown.map((value, at) => {
        const height = (Math.abs(value) / most) * 10;
        return <rect key={at} x={at * 4} width={3} height={height} y={value > 0 ? -height : 0} />;
      })}
    </svg>
  );
}

function norm(vector: readonly number[]): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
