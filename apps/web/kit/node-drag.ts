/** Data type of a node type that is dragged from the palette. */
export const nodeDragType = 'application/x-graft-node-type';
