import type { EmbeddingMap, MapQuestion } from '@graft/graph';
import {
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { count, plural } from '../text/amounts.ts';
import { chartColours, chartTheme, onThemeChange } from '../charts/chart-colours.ts';
import { embeddingGroups, type EmbeddingGroups } from './embedding-groups.ts';
import { EmbeddingPlaces, type Spot } from './embedding-places.ts';
import { Chosen, useRow } from './map-chosen.tsx';
import { markOf, markPoints, traceMark } from './map-marks.ts';
import { drawQuestions, questionPlaces } from './map-questions.ts';

/** The layout of the points, and its choice. */
export interface MapLayout {
  readonly by: 'components' | 'umap';
  choose(by: MapLayout['by']): void;
  /** Progress of UMAP; undefined if it is not running. */
  readonly progress: string | undefined;
  /** Why UMAP failed. */
  readonly problem: string | undefined;
  /** x and y of each point by UMAP, from -1 to 1, once known. */
  readonly places: readonly number[] | undefined;
}

export interface EmbeddingMapProps {
  readonly map: EmbeddingMap;
  /** Questions searched for among the chunks. */
  readonly questions?: readonly MapQuestion[] | undefined;
  /** Absent: only principal components. */
  readonly layout?: MapLayout | undefined;
  /** Shows a row in the list. */
  readonly goTo: (row: number) => void;
  /** Reads a row of the artifact; undefined if it is unavailable. */
  readonly readRow: (row: number) => Promise<unknown>;
}

const height = 260;
/** Pixels from which a drag draws an outline around points. */
const least = 5;

/**
 * A map of vectors, by their first two principal components or by UMAP. Pointer or arrow keys choose a point; an
 * outline chooses several.
 */
export function EmbeddingMapView(props: EmbeddingMapProps): ReactNode {
  const { map: given, questions, layout, goTo, readRow } = props;
  const places = layout?.places;
  const map = useMemo(() => (places === undefined ? given : { ...given, places }), [given, places]);
  const groups = useMemo(() => embeddingGroups(map), [map]);
  const [hidden, hide] = useState(false);
  const asked = useMemo(() => (hidden ? [] : (questions ?? [])), [hidden, questions]);
  const [only, setOnly] = useState<number>();
  const [chosen, choose] = useState<readonly number[]>([]);
  const [under, setUnder] = useState<number>();
  const row = under === undefined ? undefined : map.rows[under];
  const shownRow = useRow(row, readRow);
  const document = map.documents[map.documentOf[under ?? -1] ?? -1];
  const { length } = map.rows;
  const question = under === undefined ? undefined : asked[under - length]?.question;
  const of = length < map.total ? `${count(length)} of ${count(map.total)}` : count(length);
  return (
    <section className="gk-map" aria-label="Map of the embeddings">
      {layout === undefined ? null : <LayoutChoice {...layout} />}
      <Field {...{ map, asked, groups, only, chosen, choose, under, setUnder, goTo }} />
      <p className="gk-map-told" role="status">
        {question !== undefined ? (
          <>
            <b>Question</b> {question}
          </>
        ) : document !== undefined ? (
          <>
            <b>{shownRow?.place ?? document}</b> {shownRow?.text}
          </>
        ) : (
          <span className="gk-map-hint">
            {of} {length === 1 ? 'point' : 'points'}{' '}
            {places === undefined
              ? 'by their two principal components'
              : 'by UMAP: near points belong together, far distances mean little'}
            {asked.length === 0 ? '' : ', each question among its nearest chunks'}. Drag around
            points to list them.
          </span>
        )}
      </p>
      <ul className="gk-map-groups" aria-label="Groups of points">
        {groups.names.map((name, group) => (
          <li key={name}>
            <button
              type="button"
              aria-pressed={only === group}
              title={only === group ? 'Show all groups equally' : `Bring ${name} to the front`}
              onClick={() => setOnly(only === group ? undefined : group)}
            >
              <Mark group={group} />
              {name} <small>{count(groups.counts[group] ?? 0)}</small>
            </button>
          </li>
        ))}
        {questions === undefined || questions.length === 0 ? null : (
          <li>
            <button
              type="button"
              aria-pressed={!hidden}
              title={hidden ? 'Show the questions' : 'Hide the questions'}
              onClick={() => {
                hide(!hidden);
                setUnder(undefined);
              }}
            >
              <i className="gk-map-asked" />
              Questions <small>{count(questions.length)}</small>
            </button>
          </li>
        )}
      </ul>
      {chosen.length === 0 ? null : (
        <Chosen
          rows={chosen.flatMap((at) => map.rows[at] ?? [])}
          clear={() => choose([])}
          {...{ goTo, readRow }}
        />
      )}
    </section>
  );
}

/** A group's mark, as its points show it. */
function Mark({ group }: { readonly group: number }): ReactNode {
  const { colour, shape } = markOf(group);
  const points = markPoints(shape, 4);
  return (
    <svg className="gk-map-mark" viewBox="-6 -6 12 12" aria-hidden="true">
      <g fill={`var(${colour})`}>
        {points === undefined ? <circle r="4" /> : <polygon points={points} />}
      </g>
    </svg>
  );
}

const layouts = [
  ['components', 'Principal components'],
  ['umap', 'UMAP'],
] as const;

function LayoutChoice({ by, choose, progress, problem }: MapLayout): ReactNode {
  return (
    <div className="gk-map-layout" role="group" aria-label="Layout of the map">
      {layouts.map(([layout, title]) => (
        <button
          key={layout}
          type="button"
          aria-pressed={by === layout}
          onClick={() => choose(layout)}
        >
          {title}
        </button>
      ))}
      <span role="status" data-testid="layout-progress">
        {progress}
      </span>
      {progress === undefined ? null : (
        <button type="button" className="gk-link" onClick={() => choose('components')}>
          Cancel
        </button>
      )}
      {problem === undefined ? null : <span role="alert">UMAP failed: {problem}</span>}
    </div>
  );
}

interface FieldProps extends Pick<EmbeddingMapProps, 'map' | 'goTo'> {
  /** The visible questions: points after those of the map. */
  readonly asked: readonly MapQuestion[];
  readonly groups: EmbeddingGroups;
  /** The group drawn in front. */
  readonly only: number | undefined;
  readonly chosen: readonly number[];
  readonly choose: (points: readonly number[]) => void;
  readonly under: number | undefined;
  readonly setUnder: (point: number | undefined) => void;
}

const directions: Readonly<Record<string, Spot>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

function Field(props: FieldProps): ReactNode {
  const { map, asked, groups, only, chosen, choose, under, setUnder, goTo } = props;
  const frame = useRef<HTMLDivElement>(null);
  const points = useRef<HTMLCanvasElement>(null);
  const marks = useRef<HTMLCanvasElement>(null);
  const width = useWidth(frame);
  const places = useMemo(() => {
    const all = [...map.places, ...questionPlaces(map, asked)];
    return new EmbeddingPlaces({ places: all }, { width, height, front: map.rows.length });
  }, [map, asked, width]);
  /** The outline in progress: several moves may precede the next drawing. */
  const drawn = useRef<readonly Spot[]>([]);
  const [line, setLine] = useState<readonly Spot[]>([]);
  const draw = (spots: readonly Spot[]): void => {
    drawn.current = spots;
    setLine(spots);
  };
  // At once, because printing switches to the light theme just before.
  const theme = useSyncExternalStore(onThemeChange, chartTheme, () => '');

  useEffect(() => {
    const context = contextOf(points.current, width);
    if (context === undefined || points.current === null) return;
    const { of } = chartColours(points.current);
    const within = new Set(chosen);
    const radius = places.spots.length > 5_000 ? 1.4 : places.spots.length > 800 ? 2.1 : 3.2;
    const isFaint = (at: number): boolean =>
      within.size > 0 ? !within.has(at) : only !== undefined && groups.groupOf[at] !== only;
    // Draws the highlighted points last.
    for (const faint of [true, false]) {
      // Largest groups in front, points without a mark behind all.
      for (const group of [...groups.names.keys()].reverse()) {
        context.globalAlpha = faint ? 0.14 : 0.75;
        const { colour, shape } = markOf(group);
        context.fillStyle = of(colour);
        context.beginPath();
        for (const [at, { x, y }] of places.spots.entries()) {
          if (groups.groupOf[at] !== group || isFaint(at) !== faint) continue;
          traceMark(context, shape, { x, y, radius });
        }
        context.fill();
      }
    }
    const spots = places.spots.slice(map.rows.length);
    drawQuestions(context, spots, { fill: of('--ink'), line: of('--paper') });
  }, [places, map, groups, only, chosen, width, theme]);

  useEffect(() => {
    const context = contextOf(marks.current, width);
    if (context === undefined || marks.current === null) return;
    const { of } = chartColours(marks.current);
    context.strokeStyle = of('--ink');
    const [first] = line;
    if (first !== undefined) {
      context.setLineDash([4, 3]);
      context.beginPath();
      for (const { x, y } of [...line, first]) context.lineTo(x, y);
      context.stroke();
      context.setLineDash([]);
    }
    const spot = under === undefined ? undefined : places.spots[under];
    if (spot === undefined) return;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(spot.x, spot.y, 6, 0, 2 * Math.PI);
    context.stroke();
  }, [places, line, under, width, theme]);

  const spotOf = (event: PointerEvent): Spot => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const show = (at: number | undefined): void => {
    const [near] = at === undefined ? [] : (asked[at - map.rows.length]?.near ?? []);
    const row = at === undefined ? undefined : map.rows[near?.point ?? at];
    if (row !== undefined) goTo(row);
  };
  const keys = (event: KeyboardEvent): void => {
    const direction = directions[event.key];
    if (direction !== undefined)
      setUnder(under === undefined ? 0 : (places.towards(under, direction) ?? under));
    else if (event.key === 'Enter') show(under);
    else if (event.key === 'Escape' && chosen.length > 0) choose([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={frame}
      className="gk-map-field"
      style={{ height }}
      // Arrow keys move from point to point; no ARIA role of a single thing has that.
      role="application"
      aria-label={`${plural(map.rows.length, 'embedding')}${asked.length === 0 ? '' : ` and ${plural(asked.length, 'question')}`} on a map; arrow keys move between points, Enter shows the row`}
      tabIndex={0}
      onKeyDown={keys}
      onPointerLeave={() => setUnder(undefined)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        draw([spotOf(event)]);
      }}
      onPointerMove={(event) => {
        const spot = spotOf(event);
        if (drawn.current.length === 0) setUnder(places.near(spot));
        else draw([...drawn.current, spot]);
      }}
      onPointerCancel={() => draw([])}
      onPointerUp={(event) => {
        const { current: done } = drawn;
        if (done.length === 0) return;
        draw([]);
        if (isDrag(done)) choose(places.within(done).filter((at) => at < map.rows.length));
        else show(places.near(spotOf(event)));
      }}
    >
      <canvas ref={points} />
      <canvas ref={marks} />
    </div>
  );
}

function isDrag(line: readonly Spot[]): boolean {
  const [first] = line;
  return (
    first !== undefined && line.some(({ x, y }) => Math.hypot(x - first.x, y - first.y) >= least)
  );
}

function useWidth(of: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(320);
  useEffect(() => {
    const element = of.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [of]);
  return width;
}

/** An empty canvas at the screen's resolution. */
function contextOf(
  canvas: HTMLCanvasElement | null,
  width: number,
): CanvasRenderingContext2D | undefined {
  const context = canvas?.getContext('2d');
  if (canvas === null || context === null || context === undefined) return undefined;
  const scale = window.devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${String(width)}px`;
  canvas.style.height = `${String(height)}px`;
  context.scale(scale, scale);
  return context;
}
