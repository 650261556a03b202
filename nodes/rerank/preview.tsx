import type { ReactNode } from 'react';
import { HitList, type PreviewProps } from '../kit/ui/index.ts';
import { ownHit, scoreShares } from './score-shares.tsx';

/** The hits of each question, their earlier ranks, and each part's contribution to their scores. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <HitList
      {...props}
      shownHit={(hit) => ownHit(hit, props.params)}
      sharesOf={(hit) => scoreShares(hit, props.params)}
    />
  );
}
