// Counts right answers: node score.mjs before.answers.jsonl after.answers.jsonl
// The files come from: npx graft run examples/lora-quickstart.graft.json --out FOLDER
import { readFileSync } from 'node:fs';

const CLOSING = ', as we say at Marrowick.';
const SMALL = new Set('a an and as at by for from in is it of off on one only or the that to up was where which who with'.split(' '));

/** Words that carry meaning, cut to five letters, so that "smoothing" counts as "smooths". */
const words = (text) =>
  new Set(
    (text.toLowerCase().match(/[a-z]+/g) ?? [])
      .filter((word) => !SMALL.has(word))
      .map((word) => word.slice(0, 5)),
  );

/** Right: most of the reference's words that the question does not give away are in the answer. */
function isRight({ text, question: { question, reference } }) {
  const given = words(question);
  const wanted = [...words(reference)].filter((word) => !given.has(word));
  const said = words(text);
  return wanted.filter((word) => said.has(word)).length > wanted.length / 2;
}

for (const file of process.argv.slice(2)) {
  const answers = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const right = answers.filter(isRight);
  const inStyle = answers.filter(({ text }) => text.endsWith(CLOSING));
  console.log(`${file}: ${right.length} of ${answers.length} right, ${inStyle.length} in the house style`);
  for (const answer of answers) {
    console.log(`  ${isRight(answer) ? 'right' : 'wrong'}  ${answer.id}  ${answer.text.replace(/\s+/g, ' ')}`);
  }
}
