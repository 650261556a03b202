const source =
  '(?:articles?|context|documents?|excerpts?|handbook|information|manual|passages?|sources?|text)';
const not = '(?:does|do|did) not';

/** In English. What is not said of a source (“no fee is given”) abstains from nothing. */
const abstention = new RegExp(
  [
    `${not} (?:mention|say|specify|state)`,
    `${source}(?: [a-z]+){0,3} ${not} (?:answer|contain|cover|give|hold|include|indicate|provide|tell)`,
    '(?:is|are|was|were) not (?:mentioned|specified|stated)',
    '(?:no|not enough|insufficient) information',
    '(?:i|we) (?:cannot|can not|could not) (?:answer|determine|find|say|tell)',
    '(?:i|we) do not know',
    'cannot be (?:answered|determined)',
    'unanswerable',
  ]
    .map((words) => `\\b${words}\\b`)
    .join('|'),
);

/** Whether an answer says that the passages do not hold one, in the ways in which it is commonly said in English. */
export function abstains(text: string): boolean {
  const plain = text
    .toLowerCase()
    .replace(/\bcan['’]t\b/g, 'cannot')
    .replace(/n['’]t\b/g, ' not')
    .replace(/\s+/g, ' ');
  return abstention.test(plain);
}
