/** How edges are drawn: as curves, or along routes around the cards and through bends. Everything else imports from here. */
export { addBendAt, bendNear, bendsAt, removeBend, removeBends } from './bend-edits.ts';
export { GraphEdgeView, isLit, useEdgeUnder } from './graph-edge.tsx';
export { roundedPath } from './route-edges.ts';
export { curveReach, type Point } from './shapes.ts';
export { drawnRoutes, edgesLed, portPlace, useRouting } from './use-routing.ts';
