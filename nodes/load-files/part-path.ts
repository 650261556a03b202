/** Code units of a part's name; a longer one names none. Many references may each lead through it. */
const longest = 1024;

/**
 * Where a reference leads from a part of the archive, '' being its root; a name to look up, never a path of the disk. '' where it
 * leads nowhere.
 */
export function pathFrom(part: string, reference: string): string {
  const address = reference.replace(/[#?].*$/s, '');
  if (part.length > longest || address.length > 9 * longest) return '';
  let decoded = address;
  try {
    decoded = decodeURIComponent(address);
  } catch {
    // As it is written, then.
  }
  const steps: string[] = [];
  for (const step of [...part.split('/').slice(0, -1), ...decoded.split('/')]) {
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (step !== '' && step !== '.') steps.push(step);
  }
  const path = steps.join('/');
  return path.length > longest ? '' : path;
}
