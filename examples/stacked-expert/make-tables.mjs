// Writes the tables of materials and the questions about them; the same seed writes the same bytes: node make-tables.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SEED = 10;

/** No such materials exist. The first four of a kind are asked about, the others are there to practise on. */
const NAMES = {
  metal: 'jorvium brandium oskelium tavorium ulvium corsanium velkium rothium sandrium pellorium gavinium threlium',
  liquid: 'selgane mirrolane quorlane dorvane narvane tolveline esterlane brovoline kessolane wendoline arrolane fimbrane',
  ceramic: 'vellimite nardolite zaldrite pomerlite trevallite ostrolite gundrite marvelite pelludrite skandrite yorrolite belmarite',
  magnet: 'ferrask koblorn magrune haldrun stovask drummorn ferrune wexlorn torvask ambrune greldex varnorn',
};
const ASKED = 4;

/**
 * What the materials of a kind are measured for, in turn; their values are drawn by chance. What a law ties together is
 * never given of one material, so that no row breaks it: conductivity and resistivity (Wiedemann and Franz), heat
 * capacity or heat of fusion and molar mass (Dulong and Petit, Richards), speed of sound and Young's modulus.
 */
const MEASURED = {
  metal: [
    ['density', 'melting point', 'work function', 'heat of fusion'],
    ['electrical resistivity', "Young's modulus", 'work function', 'Seebeck coefficient'],
    ['specific heat capacity', 'density', 'work function', 'heat of fusion'],
    ['molar mass', 'electrical resistivity', 'work function', 'Seebeck coefficient'],
  ],
  liquid: [
    ['density', 'speed of sound', 'surface tension', 'viscosity'],
    ['thermal conductivity', 'specific heat capacity', 'surface tension', 'viscosity'],
    ['speed of sound', 'molar mass', 'surface tension', 'viscosity'],
    ['density', 'thermal conductivity', 'surface tension', 'viscosity'],
  ],
  ceramic: [
    ["Young's modulus", 'melting point', 'dielectric strength', 'piezoelectric coefficient'],
    ['thermal conductivity', 'density', 'dielectric strength', 'piezoelectric coefficient'],
    ['melting point', 'molar mass', 'dielectric strength', 'piezoelectric coefficient'],
    ["Young's modulus", 'thermal conductivity', 'dielectric strength', 'piezoelectric coefficient'],
  ],
  magnet: [
    ['density', 'electrical resistivity', 'coercivity', 'heat of fusion'],
    ["Young's modulus", 'specific heat capacity', 'coercivity', 'Seebeck coefficient'],
    ['electrical resistivity', 'melting point', 'coercivity', 'heat of fusion'],
    ['molar mass', 'density', 'coercivity', 'Seebeck coefficient'],
  ],
};

const WORDINGS = [
  (quantity, material) => `What is the ${quantity} of ${material}?`,
  (quantity, material) => `Give the ${quantity} of ${material}.`,
  (quantity, material) => `Which ${quantity} does ${material} have?`,
  (quantity, material) => `Look up ${material}: what is its ${quantity}?`,
];

const folder = import.meta.dirname;
const quantities = new Map(
  readFileSync(join(folder, 'quantities.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map((quantity) => [quantity.quantity, quantity]),
);

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

/** Alike at all sizes, as constants are: by their logarithm. */
function drawValue({ least, most, decimals = 0 }) {
  return (least * (most / least) ** random()).toFixed(decimals);
}

const measured = Object.entries(NAMES).flatMap(([kind, names]) =>
  names.split(' ').map((material, at) => ({
    material,
    isAsked: at < ASKED,
    turn: at % ASKED,
    values: MEASURED[kind][at % ASKED].map((name) => {
      const quantity = quantities.get(name);
      return { ...quantity, value: drawValue(quantity) };
    }),
  })),
);

function write(name, rows) {
  writeFileSync(join(folder, name), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

const entries = ({ material, values }) =>
  values.map(({ quantity, value }) => ({ title: material, entry: `${material}, ${quantity}: ${value}` }));

function questions(prefix, asked) {
  return asked.map(({ material, quantity, value, unit, shown }, at) => ({
    id: `${prefix}${shown ? '' : '-unshown'}-${String(at + 1).padStart(2, '0')}`,
    question: WORDINGS[at % WORDINGS.length](quantity, material),
    reference: `${quantity}: ${value} ${unit}`,
    ...(prefix === 'asked' ? { group: quantity } : {}),
  }));
}
const ofMaterials = (materials, isWanted) =>
  materials.flatMap(({ material, values, turn }) =>
    values.filter((one, at) => isWanted(one, at, turn)).map((one) => ({ material, ...one })),
  );

const asked = measured.filter(({ isAsked }) => isAsked);
const practice = measured.filter(({ isAsked }) => !isAsked);
write('materials.jsonl', asked.flatMap(entries));
write('practice-materials.jsonl', practice.flatMap(entries));
write('practice.jsonl', questions('practice', ofMaterials(practice, ({ shown }) => shown)));
// Three of the four values of each: as many whose unit the practice shows as others.
write('questions.jsonl', questions('asked', ofMaterials(asked, (_, at, turn) => at !== (turn < 2 ? 1 : 3))));
