import { formatEdge, type Edge } from '@graft/graph';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { useEdgeUnder } from './edges/edges.ts';
import { useFarCards } from './far/far-view.ts';

/** Milliseconds that the pointer rests before anything is lifted, or let down: on its way it crosses many edges. */
const dwell = 70;

/** The edges of a port on a card. */
function edgesOfPort(handle: Element): readonly Edge[] {
  const port = handle.getAttribute('data-port');
  const node = handle.closest('.react-flow__node')?.getAttribute('data-id');
  const isSource = handle.getAttribute('data-side') === 'source';
  return useDocument
    .getState()
    .shown.edges.filter(({ source, sourcePort, target, targetPort }) =>
      isSource ? source === node && sourcePort === port : target === node && targetPort === port,
    );
}

/** The edge that an element draws, or those of the port that it is. */
function edgesAt(target: EventTarget | null): readonly Edge[] {
  if (!(target instanceof Element)) return [];
  const handle = target.closest('.react-flow__handle');
  if (handle !== null) return edgesOfPort(handle);
  const id = target.closest('.react-flow__edge')?.getAttribute('data-id');
  const isThere = typeof id === 'string';
  return isThere
    ? useDocument.getState().shown.edges.filter((edge) => formatEdge(edge) === id)
    : [];
}

/** Marks elements of the page: React draws nothing anew. */
class Lift {
  readonly #frame: HTMLElement;
  readonly #marked = new Set<Element>();

  constructor(frame: HTMLElement) {
    this.#frame = frame;
  }

  show(edges: readonly Edge[]): void {
    this.clear();
    for (const edge of edges) {
      const line = this.#mark('edge', formatEdge(edge));
      // Each edge has a layer of its own.
      if (line?.parentElement) this.#add(line.parentElement);
      for (const node of [edge.source, edge.target]) this.#mark('node', node);
    }
    if (this.#marked.size > 0) this.#frame.setAttribute('data-lifting', 'true');
  }

  clear(): void {
    this.#frame.removeAttribute('data-lifting');
    for (const element of this.#marked) element.removeAttribute('data-lifted');
    this.#marked.clear();
  }

  #mark(kind: 'edge' | 'node', id: string): Element | null {
    const element = this.#frame.querySelector(`.react-flow__${kind}[data-id="${CSS.escape(id)}"]`);
    if (element !== null) this.#add(element);
    return element;
  }

  #add(element: Element): void {
    element.setAttribute('data-lifted', 'true');
    this.#marked.add(element);
  }
}

/**
 * Lifts the edge that the pointer or the keyboard focus is on, or the edges of the port there, with their ends; the rest stands
 * back. In the picture of a large graph only the edge is drawn out. Returns the stop function.
 */
export function liftPointed(frame: HTMLElement): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const lift = new Lift(frame);
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let isUnder = false;
  const pictured = (id: string | undefined): void => {
    if (id === undefined && !isUnder) return;
    isUnder = id !== undefined;
    useEdgeUnder.setState({ id });
  };
  const drop = (): void => {
    clearTimeout(waiting);
    lift.clear();
    pictured(undefined);
  };
  const pointAt = (event: PointerEvent): void => {
    clearTimeout(waiting);
    if (event.pointerType === 'touch' || event.buttons !== 0) return;
    const { target, clientX: x, clientY: y } = event;
    waiting = setTimeout(() => {
      // An edge that is drawn tells by its ports where it may end.
      if (useScreen.getState().pendingEdge !== null) return;
      const isPane = target instanceof Element && target.matches('.react-flow__pane');
      pictured(isPane ? useFarCards.getState().edgeAt?.({ x, y }) : undefined);
      lift.show(edgesAt(target));
    }, dwell);
  };
  const focus = ({ target }: FocusEvent): void => {
    if (target instanceof Element && target.matches(':focus-visible')) lift.show(edgesAt(target));
  };
  frame.addEventListener('pointerover', pointAt, { signal });
  frame.addEventListener(
    'pointermove',
    (event) => {
      if (useFarCards.getState().edgeAt !== undefined) pointAt(event);
    },
    { signal },
  );
  for (const end of ['pointerleave', 'pointerdown', 'focusout'])
    frame.addEventListener(end, drop, { signal });
  frame.addEventListener('focusin', focus, { signal });
  const stopListening = useDocument.subscribe(({ shown }, before) => {
    if (shown.edges !== before.shown.edges) drop();
  });
  return () => {
    stopping.abort();
    stopListening();
    drop();
  };
}
