/** Where the page keeps the path at which the workspace is served, which only browsers know that showed its token. */
export const addressKey = 'graft.address';

/**
 * Leads from any other address of the server, as one typed from memory, to the kept one. Runs on the page that asks for the
 * token, and ends there where the kept path is the very one that asked.
 */
export const toKeptAddress = `try{var a=localStorage.getItem('${addressKey}');if(a!==location.pathname&&/^\\/(?!\\/)[\\w.~\\/-]*$/.test(a))location.replace(a+location.search+location.hash)}catch{}`;
