/** What a section may begin with, and what somebody who looks for it would write. */
const verbs: Readonly<Record<string, string>> = {
  ...{ Adding: 'add', Applying: 'apply', Assigning: 'assign', Building: 'build' },
  ...{ Calculating: 'calculate', Changing: 'change', Checking: 'check', Choosing: 'choose' },
  ...{ Configuring: 'configure', Connecting: 'connect', Converting: 'convert', Copying: 'copy' },
  ...{ Creating: 'create', Defining: 'define', Deleting: 'delete', Displaying: 'display' },
  ...{ Editing: 'edit', Entering: 'enter', Exporting: 'export', Finding: 'find' },
  ...{ Formatting: 'format', Getting: 'get', Hiding: 'hide', Importing: 'import' },
  ...{ Inserting: 'insert', Installing: 'install', Linking: 'link', Making: 'make' },
  ...{ Managing: 'manage', Modifying: 'modify', Moving: 'move', Opening: 'open' },
  ...{ Printing: 'print', Protecting: 'protect', Recording: 'record', Removing: 'remove' },
  ...{ Renaming: 'rename', Replacing: 'replace', Resizing: 'resize', Running: 'run' },
  ...{ Saving: 'save', Searching: 'search', Selecting: 'select', Setting: 'set' },
  ...{ Sorting: 'sort', Starting: 'start', Switching: 'switch', Turning: 'turn' },
  ...{ Updating: 'update', Upgrading: 'upgrade', Using: 'use', Viewing: 'view', Writing: 'write' },
};
const ways = ['How do I', 'How can I', 'How to', 'What is the way to'];

/** “Inserting a chart” as “How do I insert a chart?”, “Encryption” as “What is encryption?”; undefined for others. */
export function asQuestion(heading: string): string | undefined {
  const [first = '', ...rest] = heading.split(' ');
  const verb = verbs[first];
  if (verb !== undefined && rest.length > 0) {
    return `${ways[heading.length % ways.length] ?? ''} ${verb} ${rest.join(' ')}?`;
  }
  const isName = /^[A-Z][a-z]+(?: [a-z]+){0,2}$/.test(heading);
  return isName && heading.length % 2 === 0 ? `What is ${heading.toLowerCase()}?` : undefined;
}

/** “charts,copying from Calc” as an index has it, as “charts copying from Calc”. */
export function keywordQuery(keyword: string): string {
  return keyword
    .replace(/[,;]\s*/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A sentence of a text, and the text without it; undefined where too little would be left. `chance` is below 1. */
export function withoutSentence(
  text: string,
  chance: number,
): { readonly sentence: string; readonly rest: string } | undefined {
  const sentences = text.match(/[^.!?]+[.!?]+(?:\s+|$)/g) ?? [];
  const fits = sentences.filter((one) => {
    const words = one.trim().split(/\s+/).length;
    return words >= 6 && words <= 25;
  });
  const sentence = fits[Math.floor(chance * fits.length)];
  if (sentence === undefined || sentences.length < 3) return undefined;
  const rest = text.replace(sentence, ' ').replace(/\s+/g, ' ').trim();
  return rest.length < leastText ? undefined : { sentence: sentence.trim(), rest };
}

/** Characters of a text that says anything. */
export const leastText = 120;
