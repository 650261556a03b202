import { seededRandom } from './random.ts';

const subjects = [
  'The night guard',
  'Our supplier',
  'A visitor',
  'The cooling fan',
  'Each apprentice',
  'The ledger',
  'A cracked tile',
  'The west door',
  'Every invoice',
  'The second kiln',
  'A late parcel',
  'The clay bed',
];
const verbs = [
  'records',
  'returns',
  'replaces',
  'measures',
  'delays',
  'inspects',
  'carries',
  'repairs',
  'forgets',
  'counts',
  'covers',
  'orders',
];
const objects = [
  'the spare keys',
  'two crates of glaze',
  'the temperature log',
  'a broken shelf',
  'last week’s figures',
  'the blue apron',
  'nine sacks of feldspar',
  'the delivery note',
  'a set of moulds',
  'the fire blanket',
  'the kitchen rota',
  'an old photograph',
];
const endings = [
  'before noon',
  'on Thursdays',
  'without being asked',
  'behind the workshop',
  'for the inspector',
  'in heavy rain',
  'at the end of May',
  'next to the scales',
  'after the alarm',
  'in silence',
  'twice a year',
  'until the bell rings',
];

/** Plain English sentences from a seed: enough variety that no two documents are equal. */
export function prose(seed: number, sentences: number): string {
  const random = seededRandom(seed);
  const pick = (words: readonly string[]): string =>
    words[Math.floor(random() * words.length)] ?? '';
  return Array.from({ length: sentences }, () => {
    const amount = Math.floor(random() * 1000);
    return `${pick(subjects)} ${pick(verbs)} ${pick(objects)} ${pick(endings)}, and note ${String(amount)} says why.`;
  }).join(' ');
}
