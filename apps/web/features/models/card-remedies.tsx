import { Content, Portal, Root, Trigger } from '@radix-ui/react-popover';
import { useEffect, useMemo, useState } from 'react';
import { createPortal } from 'react-dom';
import { focusNode, nodeCard } from '../../kit/focus.ts';
import { missingPath, titleAmong, byNode } from '@graft/view';
import { menuPlace } from '../../kit/open-menu.ts';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { useProblems, useProblemsAt } from '../../api/graphs/use-problems.ts';
import { NodeRemedies } from './node-remedies.tsx';

/** The foot of a drawn node card; a card that was out of sight gets a new element. */
function useDrawnFoot(id: string): Element | null {
  const [foot, setFoot] = useState<Element | null>(null);
  const view = useScreen((state) => state.view);
  useEffect(() => {
    const find = (): void => setFoot(nodeCard(id)?.querySelector('.node-foot') ?? null);
    find();
    const canvas = document.querySelector('.react-flow__nodes');
    if (canvas === null) return undefined;
    const observer = new MutationObserver(find);
    observer.observe(canvas, { childList: true, subtree: true });
    return () => observer.disconnect();
  }, [id, view]);
  return foot;
}

/** Problems with a remedy: a missing model or file. */
const codes = new Set(['bad-model', 'missing-file']);

/** Whether a node lacks a model or a file; `coming`: a model that is being downloaded. */
function useLack(id: string): 'none' | 'coming' | 'missing' {
  const problems = useProblemsAt(id);
  const params = useDocument((state) => state.shown.nodes[id]?.params);
  const lacks = problems.filter((problem) => {
    const { param } = problem.location;
    if (param === undefined) return false;
    return problem.code === 'bad-model' || missingPath(problem, params?.[param]) !== undefined;
  });
  if (lacks.length === 0) return 'none';
  return lacks.every(({ coming }) => coming !== undefined) ? 'coming' : 'missing';
}

/** On a card: the ways to get what its node lacks. */
function OnCard({ id }: { readonly id: string }) {
  const foot = useDrawnFoot(id);
  const title = useDocument((state) => titleAmong(id, state.shown.nodes));
  const lack = useLack(id);
  const [open, setOpen] = useState(false);
  if (open && lack === 'none') setOpen(false);
  // Who has pressed Download here sees how far it is.
  if (foot === null || lack === 'none' || (lack === 'coming' && !open)) return null;
  return createPortal(
    <Root open={open} onOpenChange={setOpen}>
      <Trigger className="button get-it nodrag nopan" aria-label={`Get it …, for ${title}`}>
        {' '}
        Get it …{' '}
      </Trigger>
      <Portal container={menuPlace()}>
        <Content
          className="menu remedies"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={`What ${title} lacks`}
          onCloseAutoFocus={(event) => {
            // The button goes with what the node lacked; the card stays.
            if (nodeCard(id)?.querySelector('.get-it') instanceof HTMLElement) return;
            event.preventDefault();
            if (document.activeElement === document.body) focusNode(id);
          }}
        >
          <NodeRemedies id={id} />
        </Content>
      </Portal>
    </Root>,
    foot,
  );
}

/** On the cards of nodes that lack a model or a file: the ways to get it. */
export function CardRemedies() {
  const problems = useProblems();
  const ids = useMemo(
    () => [...byNode(problems.filter(({ code }) => codes.has(code))).keys()],
    [problems],
  );
  return ids.map((id) => <OnCard key={id} id={id} />);
}
