/** `notes/kilns-2.md`, `rag-2.graft.json`: what a file is called beside another of its name. */
export function numberedName(path: string, number: number): string {
  const [, stem = path, ending = ''] =
    /^(.*?[^/])(\.graft\.(?:json|zip)|\.[^./]+)$/iu.exec(path) ?? [];
  return `${stem}-${String(number)}${ending}`;
}
