import type { Location } from '../base/errors.ts';
import type { GraphBody } from '../format/graph-body.ts';

/** Something on which both sides differ. The merged graph has our side of it, unless it says otherwise. */
export interface MergeConflict {
  readonly kind:
    | 'node'
    | 'title'
    | 'param'
    | 'field'
    | 'edge'
    | 'cycle'
    | 'expose'
    | 'note'
    | 'group'
    | 'graph'
    | 'lock';
  readonly location: Location;
  /** What both did and what was kept. */
  readonly message: string;
}

/** The three sides of a merge. */
export interface BodySides {
  readonly base: GraphBody;
  readonly ours: GraphBody;
  readonly theirs: GraphBody;
}
