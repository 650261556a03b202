import { expect, it } from 'vitest';
import { keepInSight, type Shown } from './keep-in-sight.ts';

/** A node of 200 × 100 at the origin, in a canvas whose room changes. */
function canvas(fit: (state: { shown: Shown }) => Promise<void>, width = 400) {
  const node = {
    internals: { positionAbsolute: { x: 0, y: 0 } },
    measured: { width: 200, height: 100 },
  };
  const state: { shown: Shown } = {
    shown: { nodeLookup: new Map([['a', node]]), transform: [0, 0, 1], width, height: 300 },
  };
  let changed: (now: Shown, before: Shown) => void = () => undefined;
  const fits: number[] = [];
  const shown: Shown['transform'][] = [];
  keepInSight({
    getState: () => state.shown,
    subscribe(told) {
      changed = told;
      return () => undefined;
    },
    fit() {
      fits.push(state.shown.width);
      return fit(state);
    },
    roomAsFitted: () => ({ width: 400, height: 300 }),
    show: (transform) => shown.push(transform),
  });
  const resize = async (width: number): Promise<void> => {
    const before = state.shown;
    state.shown = { ...before, width };
    changed(state.shown, before);
    await new Promise((done) => setTimeout(done));
  };
  return { fits, shown, resize };
}

it('fits the graph into less room, and shows it as it was where the room is given back', async () => {
  const { fits, shown, resize } = canvas((state) => {
    state.shown = { ...state.shown, transform: [0, 0, 0.5] };
    return Promise.resolve();
  });
  await resize(150);
  await resize(400);
  expect([fits, shown]).toEqual([[150], [[0, 0, 1]]]);
});

it('fits a graph that lost room before this began, and shows it as it was once it has that room again', async () => {
  const { fits, shown, resize } = canvas((state) => {
    state.shown = { ...state.shown, transform: [0, 0, 0.5] };
    return Promise.resolve();
  }, 150);
  await resize(400);
  expect([fits, shown]).toEqual([[150], [[0, 0, 1]]]);
});

it('goes on where a fitting fails', async () => {
  let isGone = true;
  const { fits, resize } = canvas(() =>
    isGone ? Promise.reject(new Error('gone')) : Promise.resolve(),
  );
  await resize(150);
  isGone = false;
  await resize(400);
  await resize(160);
  expect(fits).toEqual([150, 160]);
});
