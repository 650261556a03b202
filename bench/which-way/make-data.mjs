// Writes data/facts, data/form and data/both: documents, 80 questions with references, and 80 rows to learn from; for two
// of them also the documents and questions after a change. Each is built so that the right way is known (see README.md). The same seed writes the same bytes: node make-data.mjs
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

const STARTS = 'Bar Cor Dun Fal Gal Hol Kel Lor Mar Nor Or Pel Ros Sel Tor Var Wen Yar'.split(' ');
const MIDDLES = 'a e i o ana eli oru ami'.split(' ');
const PLACES = 'by den firth gate ham holm mouth ness stead wick'.split(' ');
const PEOPLE = 'bert dric gard lind mund nora rik sanne tilde win'.split(' ');

/** Gives names that it has not given before. */
function namer(random, ends) {
  const given = new Set();
  const pick = (list) => list[Math.floor(random() * list.length)];
  return () => {
    for (;;) {
      const name = pick(STARTS) + pick(MIDDLES) + pick(ends);
      if (!given.has(name) && given.add(name)) return name;
    }
  };
}

const KINDS = ['lighthouse', 'pilot station', 'ferry landing', 'chain ferry', 'harbour office'];
const WEATHER = ['fog', 'sleet', 'a north wind', 'spring tides', 'drift ice'];
const STORES = ['rope and tar', 'lamp oil', 'dried fish', 'oak planks', 'sailcloth'];

/** A place with its keeper, told in a section of its own. */
function section({ place, keeper }, random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const [kind, weather, store] = [pick(KINDS), pick(WEATHER), pick(STORES)];
  return `## ${place}

The ${kind} of ${place} stands above the old quay and is shut in ${weather}. ${keeper} keeps ${place}, and lives in the \
house beside it. Its shed holds ${store}, which the crews share, and the path down to the water is cleared after each storm.
`;
}

/** Documents about places of two groups of equal size: those asked about, and those that training learns about. */
function places(random) {
  const [placeName, personName] = [namer(random, PLACES), namer(random, PEOPLE)];
  const all = Array.from({ length: 2 * QUESTIONS }, () => ({
    ...{ place: placeName(), keeper: personName() },
  }));
  // Half of the places get another keeper.
  const later = all.map((entry, at) => (at % 2 === 0 ? entry : { ...entry, keeper: personName() }));
  return {
    ...{ asked: all.slice(0, QUESTIONS), askedLater: later.slice(0, QUESTIONS) },
    ...{ learned: all.slice(QUESTIONS), documents: coast(all, random) },
    documentsLater: coast(later, random),
  };
}

/** A section a place, in documents of `SECTIONS_PER_DOCUMENT`, each with places of both groups. */
function coast(entries, random) {
  const count = entries.length / SECTIONS_PER_DOCUMENT;
  const sections = entries.map((entry) => section(entry, random));
  return Array.from({ length: count }, (_, at) => {
    const own = sections.filter((_section, index) => index % count === at);
    return [`coast-${at + 1}.md`, `# The coast, part ${at + 1}\n\n${own.join('\n')}`];
  });
}

const keeps = ({ place }) => `Who keeps ${place}?`;

/** Questions about keepers, before and after half of them have changed; rows about other places. */
function keepers(random, { reference, answer }) {
  const { asked, askedLater, learned, documents, documentsLater } = places(random);
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
    answer: ({ keeper, place }) => `${keeper} keeps ${place}.`,
  });

/** What is asked is in the documents, and how it is answered is in the rows. */
function both(random) {
  const answer = ({ keeper }) => `${keeper} does, so the tide book says.`;
  return keepers(random, { reference: answer, answer });
}

/** How it is answered is in the rows, and nowhere else. */
function form(random) {
  const personName = namer(random, PEOPLE);
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
rmSync(data, { recursive: true, force: true });
for (const [at, [name, make]] of Object.entries({ facts, form, both }).entries()) {
  const { rows, changed, ...before } = make(randomNumbers(SEED + at));
  write(join(data, name), before);
  writeFileSync(join(data, name, 'rows.jsonl'), lines(rows));
  if (changed !== undefined) write(join(data, name, 'changed'), changed);
}

function write(folder, { documents, questions }) {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of documents) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'questions.jsonl'), lines(questions));
}

function lines(list) {
  return list.map((row) => `${JSON.stringify(row)}\n`).join('');
}
