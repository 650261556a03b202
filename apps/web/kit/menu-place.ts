/**
 * Where menus stand in the page: within a landmark, so that whoever goes by those finds what is open. A panel that lies over
 * the canvas is the one that counts.
 */
export function menuPlace(): HTMLElement | null {
  return document.querySelector('[role="main"]') ?? document.querySelector('main');
}
