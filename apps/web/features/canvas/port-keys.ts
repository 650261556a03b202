import { useDocument, useOverlay } from '../../kit/stores.ts';
import type { PendingEdge } from '@graft/view';
import { edgeName, otherEnd, takeOff } from './edge-ends.ts';
import { focusNode, portAt } from '../../kit/focus.ts';
import { focusPort, isAt, portsDrawn } from './focus-port.ts';
import { revealNode } from './viewport.ts';

const edgesAt = (port: PendingEdge) =>
  useDocument.getState().shown.edges.filter((edge) => isAt(edge, port));

/** The element of a port; undefined while its node is not drawn. */
function drawnPort({ node, port, side }: PendingEdge): HTMLElement | undefined {
  return portsDrawn(node, side).find((element) => element.dataset['port'] === port);
}

/** A port that was out of sight is drawn some frames after the canvas has gone there. */
function focusOnceDrawn(port: PendingEdge, patience: number): void {
  const element = drawnPort(port);
  if (element !== undefined) focusPort(element);
  else if (patience > 0) requestAnimationFrame(() => focusOnceDrawn(port, patience - 1));
}

/** Along the edge of a port to its other end. False where it has none. */
function follow(port: PendingEdge): boolean {
  const [edge] = edgesAt(port);
  if (edge === undefined) return false;
  const end = otherEnd(edge, port.node);
  revealNode(useDocument.getState().shown, end.node);
  focusOnceDrawn(end, 30);
  return true;
}

/** To the port beside it on the other side of the card. */
function across(element: HTMLElement, { node, side }: PendingEdge): void {
  const row = portsDrawn(node, side).indexOf(element);
  const others = portsDrawn(node, side === 'source' ? 'target' : 'source');
  focusPort(others[Math.min(row, others.length - 1)]);
}

function upOrDown(element: HTMLElement, { node, side }: PendingEdge, step: number): void {
  const all = portsDrawn(node, side);
  const next = all[all.indexOf(element) + step];
  if (next !== undefined) focusPort(next);
}

/** What the keys do at a port; false for one that is not its. */
function act(key: string, element: HTMLElement, port: PendingEdge): boolean {
  const outward = port.side === 'source' ? 'ArrowRight' : 'ArrowLeft';
  switch (key) {
    case 'ArrowUp':
    case 'ArrowDown':
      upOrDown(element, port, key === 'ArrowUp' ? -1 : 1);
      return true;
    case 'ArrowLeft':
    case 'ArrowRight':
      if (key === outward) follow(port);
      else across(element, port);
      return true;
    case 'Enter':
    case ' ':
      useOverlay.getState().show({ connecting: { node: port.node, port } });
      return true;
    case 'Delete':
    case 'Backspace':
      takeOff(edgesAt(port));
      return true;
    case 'Escape':
      focusNode(port.node);
      return true;
    default:
      return false;
  }
}

/** Before the renderer hears of them: it would move the node, or select it. */
function pressKey(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!(target instanceof HTMLElement) || ctrlKey || metaKey || altKey || shiftKey) return;
  const port = portAt(target);
  if (port === undefined || !act(key, target, port)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Says of the port that has the focus what it is connected to, and what the keys do. */
function describe({ target }: FocusEvent): void {
  const element = target instanceof HTMLElement ? target : null;
  const port = portAt(element);
  if (element === null || port === undefined) return;
  const { shown } = useDocument.getState();
  const edges = edgesAt(port).map((edge) => edgeName(edge, shown));
  const state = edges.length === 0 ? 'Not connected.' : `Connected: ${edges.join('; ')}.`;
  const keys = edges.length === 0 ? 'Enter connects.' : 'Enter connects, Delete disconnects.';
  element.setAttribute('aria-description', `${state} ${keys}`);
}

/** A press on the canvas is for nodes and edges: no port takes the focus by it. */
function press(): void {
  for (const port of document.querySelectorAll('.port[tabindex]')) {
    if (port !== document.activeElement) port.removeAttribute('tabindex');
  }
}

/** Lets ports be gone through and connected by keys. Returns the stop function. */
export function listenAtPorts(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  window.addEventListener('keydown', pressKey, { signal, capture: true });
  document.addEventListener('focusin', describe, { signal });
  document.addEventListener('pointerdown', press, { signal, capture: true });
  return () => listening.abort();
}
