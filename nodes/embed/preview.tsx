import { chunkSchema } from '@graft/graph';
import { type ReactNode, useMemo } from 'react';
import { z } from 'zod';
import { fittingRows, type PreviewProps, RowList, SourceLink, spanLabel } from '../kit/ui/index.ts';
import { principalPlane } from './principal-plane.ts';

/** Pages carry vectors as number arrays. */
const rowSchema = chunkSchema.extend({ vector: z.array(z.number()) });
type Row = z.infer<typeof rowSchema>;

/** Points on the map at most, so that it stays quick. */
const mappedRows = 400;
/** Dimensions drawn as bars. */
const drawnPoints = 24;

/** A map of the vectors, and each with its first dimensions and its norm. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <>
      <VectorMap rows={props.rows} />
      <RowList {...props} schema={rowSchema} unit="embeddings">
        {(row: Row) => (
          <div className="gk-row">
            <span className="gk-grow">
              {row.text.slice(0, 120)}
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

function VectorMap({ rows }: { readonly rows: readonly unknown[] }): ReactNode {
  const points = useMemo(() => {
    const fitting = fittingRows(rows.slice(0, mappedRows), rowSchema).flatMap((row) =>
      row.fits ? [row.value] : [],
    );
    const plane = principalPlane(fitting.map(({ vector }) => vector));
    return fitting.map((row, at) => ({ row, point: plane[at] ?? ([0, 0] as const) }));
  }, [rows]);
  if (points.length < 3) return null;
  return (
    <svg
      className="gk-scatter"
      viewBox="-110 -70 220 140"
      role="img"
      aria-label={`Map of ${points.length} embeddings, by their two principal components`}
    >
      {points.map(({ row, point: [x, y] }) => (
        <circle key={row.id} cx={x * 104} cy={y * -64} r={2.2}>
          <title>{`${spanLabel(row.source)}\n${row.text.slice(0, 160)}`}</title>
        </circle>
      ))}
    </svg>
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
