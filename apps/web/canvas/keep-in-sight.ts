import { useStoreApi, type ReactFlowState } from '@xyflow/react';
import { useEffect } from 'react';
import { fitAll, showView } from './viewport.ts';

type Shown = Pick<ReactFlowState, 'nodeLookup' | 'transform' | 'width' | 'height'>;

/** Whether a part of any node is out of sight. */
export function reachesOut({ nodeLookup, transform, width, height }: Shown): boolean {
  const [x, y, zoom] = transform;
  for (const { internals, measured } of nodeLookup.values()) {
    const left = internals.positionAbsolute.x * zoom + x;
    const top = internals.positionAbsolute.y * zoom + y;
    const right = left + (measured.width ?? 0) * zoom;
    const bottom = top + (measured.height ?? 0) * zoom;
    if (left < 0 || top < 0 || right > width || bottom > height) return true;
  }
  return false;
}

/** A view that was left for a smaller one, with the room that it had. */
interface Left {
  readonly transform: Shown['transform'];
  readonly width: number;
  readonly height: number;
}

/**
 * Where a panel takes room from the canvas, and all of the graph was in sight before and is not any more, it is fitted into
 * what is left, and again as that changes. Given the room back, it stands as it did, unless somebody has moved it meanwhile.
 */
export function useKeptInSight(): void {
  const store = useStoreApi();
  useEffect(() => {
    let left: Left | undefined;
    /** Where the graph was fitted to then. */
    let fitted: Shown['transform'] | undefined;
    let fitting = false;
    const keep = (now: Shown, before: Shown, wasInSight: boolean): void => {
      if (fitting || (now.width === before.width && now.height === before.height)) return;
      const isFitted = fitted !== undefined && now.transform.join() === fitted.join();
      if (left !== undefined && isFitted && now.width >= left.width && now.height >= left.height) {
        const [x, y, zoom] = left.transform;
        left = fitted = undefined;
        showView({ x, y, zoom });
      } else if (isFitted || (wasInSight && reachesOut(now))) {
        if (left === undefined || !isFitted)
          left = { transform: before.transform, width: before.width, height: before.height };
        fitting = true;
        void fitAll(0).then(() => {
          const then = store.getState();
          fitted = then.transform;
          fitting = false;
          // It takes a moment, in which the room may have become another.
          keep(then, now, true);
        });
      }
    };
    return store.subscribe((now, before) => keep(now, before, !reachesOut(before)));
  }, [store]);
}
