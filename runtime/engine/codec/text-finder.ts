import { writtenAs } from './lower-case.ts';

/** Where in some bytes, from a place on, a row may hold the text; -1 where none after does. */
export type TextFinder = (bytes: Buffer, from: number) => number;

/**
 * Finds a text in small letters in rows of JSON by their bytes alone, in whatever case they are written: between them these tell
 * every row of which `rowHolds` is true, and a few more. None is decoded for it, and most bytes are not looked at.
 */
export function textFinders(text: string): readonly TextFinder[] {
  // Half a character: JSON writes it otherwise than where it is part of a whole one.
  if (/\p{Surrogate}/u.test(text)) return [(_bytes, from) => from];
  const letters = Array.from(JSON.stringify(text).slice(1, -1));
  const variants = letters.flatMap((letter) =>
    writtenAs(letter).filter((other) => Buffer.byteLength(other) !== Buffer.byteLength(letter)),
  );
  return [
    letterFinder(letters),
    // Letters that have another length in another case are rare (İ, K, ẞ): a row that has one may hold the text.
    ...Array.from(new Set(variants), (other): TextFinder => {
      const wanted = Buffer.from(other);
      return (bytes, from) => bytes.indexOf(wanted, from);
    }),
  ];
}

/** The bytes that may stand at each place of a text, in all cases of its letters that have one length. */
function bytesOf(letters: readonly string[]): readonly ReadonlySet<number>[] {
  return letters.flatMap((letter) => {
    const own = Buffer.from(letter);
    const cases = writtenAs(letter)
      .map((other) => Buffer.from(other))
      .filter(({ length }) => length === own.length);
    return Array.from(own, (byte, at) => new Set([byte, ...cases.map((other) => other[at] ?? 0)]));
  });
}

function letterFinder(letters: readonly string[]): TextFinder {
  const places = bytesOf(letters);
  const last = places.length - 1;
  if (last < 0) return (_bytes, from) => from;
  return outsideNames(byPlaces(places), places.length);
}

/** By Horspool's algorithm, with more than one byte at a place (Software: Practice and Experience 10, 1980). */
function byPlaces(places: readonly ReadonlySet<number>[]): TextFinder {
  const last = places.length - 1;
  /** By place and byte: 1 where it may stand there. */
  const fits = new Uint8Array(places.length * 256);
  /** By the byte where the text would end: how much further on it may end at the earliest, in bytes. */
  const moves = new Uint16Array(256).fill(places.length);
  for (const [place, bytes] of places.entries()) {
    for (const byte of bytes) {
      fits[place * 256 + byte] = 1;
      if (place < last) moves[byte] = last - place;
    }
  }
  /** The same, but 0 where the text may end here. */
  const steps = moves.map((move, byte) => (fits[last * 256 + byte] === 1 ? 0 : move));
  return (bytes, from) => {
    for (let end = from + last; ;) {
      for (let step = -1; step !== 0; end += step) {
        if (end >= bytes.length) return -1;
        step = steps[bytes[end] ?? 0] ?? 0;
      }
      let place = last - 1;
      while (place >= 0 && fits[place * 256 + (bytes[end - last + place] ?? 0)] === 1) place -= 1;
      if (place < 0) return end - last;
      end += moves[bytes[end] ?? 0] ?? 1;
    }
  };
}

/** Passes over what stands in the name of a field: no row is decoded for it. */
function outsideNames(find: TextFinder, length: number): TextFinder {
  return (bytes, from) => {
    let at = find(bytes, from);
    while (at !== -1) {
      const end = endOfName(bytes, at + length);
      if (end === undefined) return at;
      at = find(bytes, end);
    }
    return -1;
  };
}

const [backslash, colon] = Buffer.from('\\:');
/** What stands before a name: this is not where one ends. */
const beforeName = new Set(Buffer.from(',[{'));

/** Where the name ends in which this byte of JSON stands; undefined where it may stand in none. */
function endOfName(bytes: Buffer, from: number): number | undefined {
  for (let at = bytes.indexOf('"', from); at !== -1; at = bytes.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && bytes[before] === backslash) before -= 1;
    // An escaped quote is part of the string.
    if ((at - before) % 2 === 0) continue;
    return bytes[at + 1] === colon && !beforeName.has(bytes[at - 1] ?? 0) ? at : undefined;
  }
  return undefined;
}
