/**
 * The far view draws cards and edges of a large graph as one picture, where React Flow alone is too slow. The rest of
 * the canvas imports from here only; `far-layer.tsx`, which draws the picture, is loaded when it is needed.
 */
export { FarCard } from './far-card.tsx';
export {
  FarContext,
  manyNodes,
  placedFlat,
  pointAt,
  useFarCards,
  farScale,
  nearScale,
  showsResults,
} from './far-cards.ts';
export { useKnownSizesKept, useManyInSight } from './flow-store.ts';
export { knownCards, titleFontLoaded } from './known-cards.ts';
