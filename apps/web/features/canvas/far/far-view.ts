/**
 * The far view: cards and edges of a large graph drawn as one picture, where React Flow alone is too slow. Everything else of the
 * canvas imports from here; `far-layer.tsx`, which draws the picture, is fetched when there is one.
 */
export { FarCard } from './far-card.tsx';
export {
  FarContext,
  manyNodes,
  placedFlat,
  pointAt,
  useFarCards,
  useManyInSight,
  farScale,
  showsResults,
} from './far-cards.ts';
export { useKnownSizesKept, knownCards, titleFontLoaded } from './known-cards.ts';
