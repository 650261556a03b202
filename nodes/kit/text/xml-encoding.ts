/**
 * The encoding of a text of XML (XML 1.0, appendix F): by its byte order mark, by how its first bytes write `<`, or by what it
 * says of itself; else UTF-8. What can be read as far as its declaration is not UTF-16, whatever that says.
 */
export function xmlEncoding(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 256));
  const stated =
    /^(?:\u00ef\u00bb\u00bf)?<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})/i.exec(
      head,
    )?.[1] ?? 'utf-8';
  return /^(utf-?16|ucs-?2|iso-10646-ucs-2|unicode)/i.test(stated) ? 'utf-8' : stated;
}
