/**
 * The far view: cards and edges of a large graph drawn as one picture, where React Flow alone is too slow. Everything else of the
 * canvas imports from here; `far-layer.tsx`, which draws the picture, is fetched when there is one.
 */
export { FarCard } from './far-card.tsx';
export { FarContext, manyNodes, placedFlat, pointAt, useFarCards } from './far-cards.ts';
export { farScale, showsResults } from './far-scale.ts';
export { useKnownSizesKept } from './keep-known-sizes.ts';
export { knownCards, titleFontLoaded } from './known-cards.ts';
export { useManyInSight } from './many-in-sight.ts';
