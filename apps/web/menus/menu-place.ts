/** Where menus stand in the page: within a landmark, so that whoever goes by those finds what is open. */
export function menuPlace(): HTMLElement | null {
  return document.querySelector('main');
}
