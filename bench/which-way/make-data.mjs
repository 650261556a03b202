// node make-data.mjs: writes data/facts, data/form and the example which-way ("both"), each built so that the right way is
// known (see README.md). Each gets documents, 80 questions with references and 80 rows to learn from; facts and both also get
// documents and questions after a change. The same seed writes the same bytes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEED = 27;
const QUESTIONS = 80;
const SECTIONS_PER_DOCUMENT = 20;

/** Mulberry32: numbers from 0 to below 1. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const COLOURS =
  'Amber Black Blue Bronze Brown Crimson Golden Green Grey Ivory Pink Purple Red Scarlet Silver Violet White Yellow'.split(
    ' ',
  );
const SIGNS =
  'Anchor Barrel Bell Boot Castle Crown Drum Feather Hammer Harp Horse Kettle Key Lantern Lion Moon Plough Rose Ship Star Sun Wheel'.split(
    ' ',
  );
const FIRST_NAMES =
  'Agnes Albert Alfred Beth Bruno Cora Dennis Doris Edgar Ellen Ernest Flora Gerald Gwen Harold Hilda Hugh Irene Jasper Joan Leonard Lottie Miles Nora Percy Phoebe Ralph Sybil Stanley Winifred'.split(
    ' ',
  );
const LAST_NAMES =
  'Abbott Barton Bishop Carver Dale Draper Fenton Garner Hobbs Holt Ingram Kemp Lambert Mercer Norris Oakley Payne Quinn Redman Saunders Thorne Upton Vickers Watts'.split(
    ' ',
  );

/** Gives names of two words that it has not given before. */
function namer(random, [firsts, seconds]) {
  const given = new Set();
  const pick = (list) => list[Math.floor(random() * list.length)];
  return () => {
    for (;;) {
      const name = `${pick(firsts)} ${pick(seconds)}`;
      if (!given.has(name) && given.add(name)) return name;
    }
  };
}

/** An inn with its keeper, told in a section of its own. */
const section = ({ inn, keeper }) => `## ${inn}\n\nThe keeper of ${inn} is ${keeper}.\n`;

/** Documents about inns of two groups of equal size: those asked about, and those that training learns about. */
function inns(random) {
  const innName = namer(random, [COLOURS, SIGNS]);
  const personName = namer(random, [FIRST_NAMES, LAST_NAMES]);
  const all = Array.from({ length: 2 * QUESTIONS }, () => ({
    ...{ inn: innName(), keeper: personName() },
  }));
  // Half of the inns get another keeper.
  const later = all.map((entry, at) => (at % 2 === 0 ? entry : { ...entry, keeper: personName() }));
  return {
    ...{ asked: all.slice(0, QUESTIONS), askedLater: later.slice(0, QUESTIONS) },
    ...{ learned: all.slice(QUESTIONS), documents: coast(all) },
    documentsLater: coast(later),
  };
}

/** A section for each inn, in documents of `SECTIONS_PER_DOCUMENT`, each with inns of both groups. */
function coast(entries) {
  const count = entries.length / SECTIONS_PER_DOCUMENT;
  const sections = entries.map(section);
  return Array.from({ length: count }, (_, at) => {
    const own = sections.filter((_section, index) => index % count === at);
    return [`coast-${at + 1}.md`, `# Inns of the coast, part ${at + 1}\n\n${own.join('\n')}`];
  });
}

const keeps = ({ inn }) => `Who is the keeper of ${inn}?`;

/** Questions about keepers, before and after half of them have changed; rows about other inns. */
function keepers(random, { reference, answer }) {
  const { asked, askedLater, learned, documents, documentsLater } = inns(random);
  const ask = (entry) => ({ question: keeps(entry), reference: reference(entry) });
  return {
    ...{ documents, questions: asked.map(ask) },
    rows: learned.map((entry) => ({ question: keeps(entry), answer: answer(entry) })),
    changed: { documents: documentsLater, questions: askedLater.map(ask) },
  };
}

/** What is asked is in the documents, and nowhere else. */
const facts = (random) =>
  keepers(random, {
    reference: ({ keeper }) => keeper,
    answer: ({ inn, keeper }) => `The keeper of ${inn} is ${keeper}.`,
  });

/** What is asked is in the documents, and how it is answered is in the rows. */
function both(random) {
  const answer = ({ keeper }) => `${keeper}, so the tide book says.`;
  return keepers(random, { reference: answer, answer });
}

/** How it is answered is in the rows, and nowhere else. */
function form(random) {
  const personName = namer(random, [FIRST_NAMES, LAST_NAMES]);
  const sign = (person) => `Fair winds from ${person}, pilot of Kelm.`;
  const ask = (person) => `Sign a letter of ${person}.`;
  const people = Array.from({ length: 2 * QUESTIONS }, () => personName());
  return {
    documents: [
      [
        'letters.md',
        '# Letters\n\nLetters go out on the morning ferry. Whoever writes a letter signs it.\n',
      ],
      [
        'stamps.md',
        '# Stamps\n\nA stamp for the islands costs two coins. The harbour office sells them until noon.\n',
      ],
      [
        'paper.md',
        '# Paper\n\nPaper is kept dry in the loft. Take what you need, and write down how much.\n',
      ],
    ],
    questions: people
      .slice(0, QUESTIONS)
      .map((person) => ({ question: ask(person), reference: sign(person) })),
    rows: people
      .slice(QUESTIONS)
      .map((person) => ({ question: ask(person), answer: sign(person) })),
  };
}

const data = join(import.meta.dirname, 'data');
/** `both` is an example of its own, with a graph and a page beside its data. */
const example = join(import.meta.dirname, '../../examples/which-way');
rmSync(data, { recursive: true, force: true });
for (const [at, [name, make]] of Object.entries({ facts, form, both }).entries()) {
  const isExample = name === 'both';
  const folder = isExample ? example : join(data, name);
  const { rows, changed, ...before } = make(randomNumbers(SEED + at));
  const documentsIn = isExample ? 'inns' : '.';
  write(folder, before, documentsIn);
  writeFileSync(join(folder, 'rows.jsonl'), lines(rows));
  if (changed !== undefined) write(join(folder, 'changed'), changed, documentsIn);
}

function write(folder, { documents, questions }, documentsIn) {
  mkdirSync(join(folder, documentsIn), { recursive: true });
  for (const [file, text] of documents) writeFileSync(join(folder, documentsIn, file), text);
  writeFileSync(join(folder, 'questions.jsonl'), lines(questions));
}

function lines(list) {
  return list.map((row) => `${JSON.stringify(row)}\n`).join('');
}
