import { countRenders } from '../../../e2e/count-renders.ts';

/** What the benchmark asks of a page that it watches. Runs in the page, before all that the page itself runs. */
export interface Watch {
  /** Times of the frames of the next `ms` in which the view stood elsewhere than in the one before. */
  moves(ms: number): Promise<{ readonly times: readonly number[]; readonly ms: number }>;
  /** When as many nodes were first there and the view that shows them was painted, in milliseconds from the page's begin. */
  shown(nodes: number): Promise<number>;
  /** Milliseconds from each press or key to the next paint, since this was asked last. */
  waits(): readonly number[];
}

declare global {
  interface Window {
    watch: Watch;
  }
}

const viewport = (): HTMLElement | null => document.querySelector('.react-flow__viewport');
const nextFrame = (): Promise<number> => new Promise(requestAnimationFrame);

/** By interaction: a press is several events. Shorter ones than the browser tells are 0. */
let interactions = new Map<number, number>();
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const id = 'interactionId' in entry ? Number(entry.interactionId) : 0;
    if (id > 0) interactions.set(id, Math.max(interactions.get(id) ?? 0, entry.duration));
  }
  // The least that a browser tells.
}).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);

countRenders();

window.watch = {
  async moves(forMs) {
    const times: number[] = [];
    const first = await nextFrame();
    let before = viewport()?.style.transform;
    let now = first;
    while (now - first < forMs) {
      now = await nextFrame();
      const transform = viewport()?.style.transform;
      if (transform !== before) times.push(now);
      before = transform;
    }
    return { times, ms: now - first };
  },
  async shown(nodes) {
    const isShown = (): boolean =>
      document.querySelectorAll('.react-flow__node').length === nodes &&
      viewport()?.getAnimations().length === 0;
    let [since, last] = [0, ''];
    // Fitted, and at rest for a while: what is told is when it came to rest.
    for (;;) {
      const now = await nextFrame();
      const transform = isShown() ? (viewport()?.style.transform ?? '') : '';
      if (transform !== last) [since, last] = [now, transform];
      if (transform !== '' && now - since > 1500) return since;
    }
  },
  waits() {
    const waits = [...interactions.values()];
    interactions = new Map();
    return waits;
  },
};
