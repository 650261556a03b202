import { canonicalJson, block } from '../base/canonical-json.ts';
import { isRecord, own } from '../base/record.ts';
import { formatEdge, type Edge } from './edge.ts';
import { wholePixel } from './annotation.ts';

/** A point on the canvas that an edge passes through, in pixels. */
export interface Bend {
  readonly x: number;
  readonly y: number;
}

/** The points that edges pass through, from source to target, by edge string. */
export type Bends = Readonly<Record<string, readonly Bend[]>>;

interface Bent {
  readonly edges: readonly Edge[];
  readonly bends?: Bends | undefined;
}

/** The bends of existing edges of a body; absent if there are none. */
export function bendsOf({ edges, bends }: Bent): { readonly bends?: Bends } {
  if (bends === undefined) return {};
  const kept = edges.flatMap((edge): [string, readonly Bend[]][] => {
    const text = formatEdge(edge);
    const points = own(bends, text) ?? [];
    return points.length === 0 ? [] : [[text, points]];
  });
  return kept.length === 0 ? {} : { bends: Object.fromEntries(kept) };
}

/** Bends of edges whose strings changed: each keeps those of its old string. */
export function carriedBends(
  { bends = {} }: Pick<Bent, 'bends'>,
  moved: readonly { readonly edge: Edge; readonly was: string }[],
): Bends {
  return Object.fromEntries(
    moved.flatMap(({ edge, was }): [string, readonly Bend[]][] => {
      const points = own(bends, was);
      return points === undefined ? [] : [[formatEdge(edge), points]];
    }),
  );
}

/** Reads bends; undefined if they are malformed. */
export function readBends(written: unknown): Bends | undefined {
  if (!isRecord(written)) return undefined;
  const bends: [string, readonly Bend[]][] = [];
  for (const [edge, points] of Object.entries(written)) {
    if (!Array.isArray(points)) return undefined;
    const read = points.flatMap((point: unknown): Bend[] => {
      const [x, y]: readonly unknown[] = Array.isArray(point) ? point : [];
      const isPlace = typeof x === 'number' && typeof y === 'number';
      return isPlace ? [{ x: wholePixel(x), y: wholePixel(y) }] : [];
    });
    if (read.length < points.length) return undefined;
    bends.push([edge, read]);
  }
  return Object.fromEntries(bends);
}

/** The bends of a body as canonical text, one edge a line. */
export function bendTexts(body: Bent, depth: number): string[] {
  const { bends } = bendsOf(body);
  if (bends === undefined) return [];
  const texts = Object.keys(bends)
    .sort()
    .map((edge) => {
      const points = (bends[edge] ?? []).map(({ x, y }) => [wholePixel(x), wholePixel(y)]);
      return `${JSON.stringify(edge)}: ${canonicalJson(points)}`;
    });
  return [`"bends": ${block('{}', texts, depth)}`];
}
