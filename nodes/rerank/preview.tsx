import type { ReactNode } from 'react';
import { HitList, type PreviewProps } from '../kit/ui/index.ts';
import { ownHit, scoreShares } from './score-shares.tsx';

/** The hits of each question, where they stood before, and what each part gives to their scores. */
export function preview(props: PreviewProps): ReactNode {
  return (
    <HitList
      {...props}
      shownHit={(hit) => ownHit(hit, props.params)}
      sharesOf={(hit) => scoreShares(hit, props.params)}
    />
  );
}
