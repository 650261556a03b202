/** `[1]`, `[1, 2]` and `[1–3]`, by which a model cites passages; the group is what stands in the brackets. */
export const citationMarks = /\[\s*(\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*)\s*\]/g;

/** A text without what it cites, whose numbers are none of its own. */
export function withoutCitations(text: string): string {
  return text.replace(citationMarks, ' ');
}
