/**
 * A text without the characters that documents and models may hold and that would act on a terminal or a file for people:
 * control characters, and those that show a text in another order than it has. Marks of direction, which right-to-left
 * texts need, stay.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}
