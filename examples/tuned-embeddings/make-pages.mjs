// Writes pages/, lessons.jsonl (questions to learn from) and questions.jsonl (held out) from words.jsonl: node make-pages.mjs
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

const folder = import.meta.dirname;
const names = ['Ives', 'Marrin', 'Okafor', 'Teale', 'Brandt', 'Soler', 'Quist', 'Haldane', 'Penrose', 'Yilmaz'];
const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'];

/** What there is a page about, of each thing, and how people ask for it. */
const aspects = [
  {
    slug: 'care',
    title: 'Care and servicing',
    text: (the, n) =>
      `${names[n % 10]} looks after ${the}. Servicing is on the first ${days[n % 5]} of the month, from ${6 + (n % 5)} in the morning, and takes ${20 + 5 * (n % 9)} minutes.`,
    ask: [
      (word) => `When is the ${word} serviced?`,
      (word) => `Who looks after the ${word}?`,
      (word) => `How long does servicing of the ${word} take?`,
    ],
  },
  {
    slug: 'trouble',
    title: 'When something is wrong',
    text: (the, n) =>
      `If something is wrong with ${the}, ring ${2000 + 37 * n} and hang the ${['red', 'yellow', 'blue'][n % 3]} card on the door. At night the porter on duty decides whether it waits for the morning.`,
    ask: [
      (word) => `Whom do I ring when something is wrong with the ${word}?`,
      (word) => `Which card do I hang up if the ${word} gives trouble?`,
      (word) => `What happens at night when the ${word} fails?`,
    ],
  },
  {
    slug: 'keys',
    title: 'Keys and access',
    text: (the, n) =>
      `The key for ${the} hangs on hook ${11 + n} in the gatehouse. ${names[(n + 3) % 10]} signs it out, and it is back by ${4 + (n % 4)} in the afternoon.`,
    ask: [
      (word) => `Where is the key for the ${word}?`,
      (word) => `Who signs out the key of the ${word}?`,
      (word) => `By when must the ${word} key be back?`,
    ],
  },
  {
    slug: 'costs',
    title: 'What it costs',
    text: (the, n) =>
      `${the[0].toUpperCase()}${the.slice(1)} cost the hospital ${1200 + 170 * n} crowns last year. The account is ${['north', 'south', 'east'][n % 3]} ${300 + n}, and ${names[(n + 6) % 10]} approves what is over fifty crowns.`,
    ask: [
      (word) => `What did the ${word} cost last year?`,
      (word) => `To which account do I book the ${word}?`,
      (word) => `Who approves spending on the ${word}?`,
    ],
  },
];

const words = (await readFile(path.join(folder, 'words.jsonl'), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const [lessons, questions] = [[], []];
await rm(path.join(folder, 'pages'), { recursive: true, force: true });
await mkdir(path.join(folder, 'pages'));
for (const [n, { word, thing, slug }] of words.entries()) {
  for (const [at, { slug: about, title, text, ask }] of aspects.entries()) {
    const file = `${slug}-${about}.md`;
    await writeFile(path.join(folder, 'pages', file), `# ${title}\n\n${text(thing, n)}\n`);
    const documents = [`tuned-embeddings/pages/${file}`];
    // Of each word two aspects are learned from and two are held out, so that no page that is asked for was trained on.
    const isLesson = (at + n) % 4 < 2;
    for (const [place, wording] of ask.entries()) {
      if (!isLesson && place > 0) continue;
      const id = `${slug}-${about}-${place + 1}`;
      const row = { id, question: wording(word), documents };
      // Questions about one thing count as one; lessons are not counted.
      if (isLesson) lessons.push(row);
      else questions.push({ ...row, group: word });
    }
  }
}
const lines = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
await writeFile(path.join(folder, 'lessons.jsonl'), lines(lessons));
await writeFile(path.join(folder, 'questions.jsonl'), lines(questions));
