export const themeKey = 'graft.theme';

/** Runs before the first paint, so that a dark page never flashes light. */
export const themeScript = `try{var t=localStorage.getItem('${themeKey}');if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch{}`;
