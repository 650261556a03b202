// Writes learn.jsonl, held-out.jsonl and new-words.jsonl from dictionary.jsonl; the same seed writes the same bytes:
// node make-sentences.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEED = 20;
const SIZES = { learn: 250, heldOut: 60, newWords: 30 };
/** How often a noun has an adjective, is more than one, and so on. */
const SHARES = { adjective: 0.35, plural: 0.4, past: 0.5, place: 0.4 };

const folder = import.meta.dirname;
const dictionary = readFileSync(join(folder, 'dictionary.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

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
const random = randomNumbers(SEED);
const chance = (share) => random() < share;

const isOneOf = (list, value) => list.split(',').includes(value);
const ofPart = (part) => dictionary.filter((entry) => entry.part === part);
const nouns = ofPart('noun');
/** Whether an adjective or a postposition is said of a noun: its `of` names kinds, or nouns. */
const isSaidOf = ({ of }, { kind, title }) => isOneOf(of, kind) || isOneOf(of, title);

/** Makes sentences of `words`, using the one that was used least so far where there is a choice. */
function sentenceMaker(words) {
  const used = new Map();
  const count = ({ title }) => used.get(title) ?? 0;
  const pick = (entries) => {
    const known = entries.filter((entry) => words.has(entry.title));
    const least = Math.min(...known.map(count));
    const fitting = known.filter((entry) => count(entry) === least);
    const chosen = fitting[Math.floor(random() * fitting.length)];
    if (chosen !== undefined) used.set(chosen.title, least + 1);
    return chosen;
  };
  const withAdjective = (noun, isPlural) => {
    const adjective = chance(SHARES.adjective)
      ? pick(ofPart('adjective').filter((entry) => isSaidOf(entry, noun)))
      : undefined;
    return { noun, adjective, isPlural };
  };
  return () => {
    const verb = pick(ofPart('verb'));
    const subject = pick(nouns.filter(({ kind }) => isOneOf(verb.who, kind)));
    const objects = nouns.filter((noun) => isOneOf(verb.whom, noun.kind) && noun !== subject);
    const place = chance(SHARES.place) ? pick(nouns.filter(({ kind }) => kind === 'place')) : undefined;
    return {
      verb,
      isPast: chance(SHARES.past),
      subject: withAdjective(subject, chance(SHARES.plural)),
      object: verb.whom === '' ? undefined : withAdjective(pick(objects), chance(SHARES.plural)),
      place: place && {
        ...withAdjective(place, false),
        postposition: pick(ofPart('postposition').filter((entry) => isSaidOf(entry, place))),
      },
    };
  };
}

/** Place, who, whom, verb; adjectives behind their nouns, -ri for more than one, -sha for the past. */
function inKelmari({ verb, isPast, subject, object, place }) {
  const group = ({ noun, adjective, isPlural, postposition }) =>
    [`${noun.title}${isPlural ? '-ri' : ''}`, adjective?.title, postposition?.title];
  return [...[place, subject, object].filter(Boolean).flatMap(group), `${verb.title}${isPast ? '-sha' : ''}`]
    .filter(Boolean)
    .join(' ');
}

function inEnglish({ verb, isPast, subject, object, place }) {
  const group = ({ noun, adjective, isPlural }) =>
    ['the', adjective?.english, isPlural ? noun.plural : noun.english];
  const said = isPast ? verb.past : subject.isPlural ? verb.plural : verb.english;
  const words = [
    ...group(subject),
    said,
    ...(object === undefined ? [] : group(object)),
    ...(place === undefined ? [] : [place.postposition.english, ...group(place)]),
  ].filter(Boolean);
  const text = words.join(' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Who does what to whom: no two sentences of all files tell the same, whatever their endings and adjectives. */
const told = new Set();
const plotOf = ({ subject, verb, object }) =>
  [subject, object].map((group) => group?.noun.title).join(` ${verb.title} `);
const wordsOf = ({ verb, subject, object, place }) =>
  [verb, ...[subject, object, place].flatMap((group) => [group?.noun, group?.adjective])].filter(Boolean);

function write(name, size, { words, isWanted = () => true }) {
  const sentence = sentenceMaker(words);
  const rows = [];
  while (rows.length < size) {
    const made = sentence();
    if (told.has(plotOf(made)) || !isWanted(made)) continue;
    told.add(plotOf(made));
    const id = `${name}-${String(rows.length + 1).padStart(3, '0')}`;
    rows.push({ id, question: inKelmari(made), reference: inEnglish(made) });
  }
  writeFileSync(join(folder, `${name}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const taught = new Set(dictionary.filter((entry) => entry.taught).map(({ title }) => title));
const all = new Set(dictionary.map(({ title }) => title));
write('learn', SIZES.learn, { words: taught });
write('held-out', SIZES.heldOut, { words: taught });
write('new-words', SIZES.newWords, {
  words: all,
  isWanted: (made) => wordsOf(made).some(({ title }) => !taught.has(title)),
});
