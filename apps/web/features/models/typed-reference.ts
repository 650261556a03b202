import { hubReferenceText, parseHubReference } from '@graft/graph';

/** The pages of the hub, as people copy their addresses. */
const pages = /^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\//i;

/**
 * The model or repository of a hub that a typed or pasted text names in full: a reference, `owner/repo`, or the address
 * of a page of huggingface.co. Undefined for what is only searched for.
 */
export function typedReference(text: string): string | undefined {
  const typed = text.trim();
  const name = pages.test(typed) ? ofPage(typed) : typed.startsWith('hf:') ? typed : `hf:${typed}`;
  const reference = name === undefined ? undefined : parseHubReference(name);
  return reference === undefined ? undefined : hubReferenceText(reference);
}

/** `…/owner/repo`, `…/tree/revision`, `…/blob/revision/path` or `…?show_file_info=path`. */
function ofPage(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const { pathname, searchParams } = new URL(address);
  const [owner = '', repo = '', page, revision, ...folders] = pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const isFile = page === 'blob' || page === 'resolve';
  const isAt = (isFile || page === 'tree') && revision !== undefined && revision !== 'main';
  const path = isFile ? folders.join('/') : (searchParams.get('show_file_info') ?? '');
  return hubReferenceText({
    repo: `${owner}/${repo}`,
    ...(isAt ? { revision: revision.replaceAll('/', '%2F') } : {}),
    ...(path === '' ? {} : { path }),
  });
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
