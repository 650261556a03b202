/** A text as its words, lower case, each between blanks. */
function words(text: string): string {
  const plain =
    text
      .toLowerCase()
      .normalize('NFKC')
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return ` ${plain.join(' ')} `;
}

/** Whether one of the phrases stands in a text, word by word, whatever its capitals and signs. */
export function hasPhrase(text: string, phrases: readonly string[]): boolean {
  const own = words(text);
  return phrases.some((phrase) => {
    const sought = words(phrase);
    return sought.trim() !== '' && own.includes(sought);
  });
}
