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

/** Focuses a port once it is drawn: some frames after the canvas has moved to it. */
function focusOnceDrawn(port: PendingEdge, patience: number): void {
  const element = drawnPort(port);
  if (element !== undefined) focusPort(element);
  else if (patience > 0) requestAnimationFrame(() => focusOnceDrawn(port, patience - 1));
}

/** Follows the edge of a port to its other end. False without an edge. */
function follow(port: PendingEdge): boolean {
  const [edge] = edgesAt(port);
  if (edge === undefined) return false;
  const end = otherEnd(edge, port.node);
  revealNode(useDocument.getState().shown, end.node);
  focusOnceDrawn(end, 30);
  return true;
}

/** Moves to the port on the opposite side of the card. */
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

/** Handles a key at a port; false for keys that it does not use. */
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

/** Before React Flow, which would move or select the node. */
function pressKey(event: KeyboardEvent): void {
  const { target, key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (!(target instanceof HTMLElement) || ctrlKey || metaKey || altKey || shiftKey) return;
  const port = portAt(target);
  if (port === undefined || !act(key, target, port)) return;
  event.preventDefault();
  event.stopPropagation();
}

/** Describes the connections of the focused port, and its keys. */
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

/** A press on the canvas is for nodes and edges: ports do not take the focus. */
function press(): void {
  for (const port of document.querySelectorAll('.port[tabindex]')) {
    if (port !== document.activeElement) port.removeAttribute('tabindex');
  }
}

/** Lets keys move through ports and connect them. Returns the stop function. */
export function listenAtPorts(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  window.addEventListener('keydown', pressKey, { signal, capture: true });
  document.addEventListener('focusin', describe, { signal });
  document.addEventListener('pointerdown', press, { signal, capture: true });
  return () => listening.abort();
}
