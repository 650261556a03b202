import type { Absence } from '@graft/view';

/** Why a side has no step of a node, after what the node is called. */
export const absentWords: Readonly<Record<Absence, string>> = {
  'not in its graph': 'is not in its graph',
  'switched off': 'is switched off',
  'did not run': 'did not run',
  unknown: 'has no step: it did not run or did not exist',
};
