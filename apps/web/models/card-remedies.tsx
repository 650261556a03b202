import { useEffect, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { nodeCard } from '../canvas/focus-node.ts';
import { byNode, useProblems } from '../state/problems.ts';
import { useScreen } from '../state/screen-store.ts';
import { NodeRemedies } from './node-remedies.tsx';

/** Problems over what can be had: a model or a file that is not here. */
const codes = new Set(['bad-model', 'missing-file']);

/** A node's card, as long as it is drawn: it is another one after each time that it was out of sight. */
function useDrawnCard(id: string): Element | null {
  const [card, setCard] = useState<Element | null>(null);
  const view = useScreen((state) => state.view);
  useEffect(() => {
    const find = (): void => setCard(nodeCard(id)?.querySelector('.node') ?? null);
    find();
    const canvas = document.querySelector('.react-flow__nodes');
    if (canvas === null) return undefined;
    const observer = new MutationObserver(find);
    observer.observe(canvas, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [id, view]);
  return card;
}

function UnderCard({ id }: { readonly id: string }) {
  const card = useDrawnCard(id);
  if (card === null) return null;
  return createPortal(
    <div className="node-remedies nodrag nopan nowheel">
      <NodeRemedies id={id} />
    </div>,
    card,
  );
}

/** Under the cards of nodes that name what is not here, and of the one that is selected, `''` for none: the ways to it. */
export function CardRemedies({ selected }: { readonly selected: string }) {
  const problems = useProblems();
  const meant = useMemo(
    () => problems.filter(({ code, location }) => codes.has(code) && location.param !== undefined),
    [problems],
  );
  const ids = new Set([...byNode(meant).keys(), ...(selected === '' ? [] : [selected])]);
  return [...ids].map((id) => <UnderCard key={id} id={id} />);
}
