/**
 * Whether any text or number of a row holds a text in small letters, whatever the case of the row's own; names of fields and
 * vectors are not looked at.
 */
export function rowHolds(value: unknown, text: string): boolean {
  if (typeof value === 'string') return value.toLowerCase().includes(text);
  if (typeof value === 'number') return String(value).includes(text);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  return Object.values(value).some((part) => rowHolds(part, text));
}
