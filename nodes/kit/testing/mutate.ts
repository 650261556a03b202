/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What readers of any format may stumble over. */
const tokens = [
  ...['', '{', '}', '[', ']', '"', ',', ':', '\\', '\n', '\r', '\0', '<', '>', '#', '`', '..', '/'],
  ...['null', 'true', '-1', '0', '1e309', '9007199254740993', '4294967296', '-0', '1e-320', 'NaN'],
  ...[
    '__proto__',
    'constructor',
    '../../x',
    '\ud800',
    '\u2028',
    '%s',
    '((a+)+)+$',
    'x'.repeat(5000),
  ],
  ...['[[[['.repeat(500), '{"a":'.repeat(500), '<div>'.repeat(500), '\\u0000', '{{', '{%', ' -> '],
  ...['stream', 'endstream', 'obj', '/Length 1', '/Filter /FlateDecode', '<<', '>>', 'R'],
].map((text) => Buffer.from(text));
const extremes = [0n, 1n, 0xffn, 0x7fffffffn, 0xffffffffn, 2n ** 53n, 2n ** 62n, 2n ** 64n - 1n];

/**
 * Bytes of a file with one to six changes, most of them near its start, where headers are. Every other time a file of
 * JSON stays one: values and names trade places, or become others.
 */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  const json = bytes[0] === 0x7b || bytes[0] === 0x5b;
  if (json && random() < 0.5) return Buffer.from(otherValues(bytes.toString(), random));
  let changed: Buffer = Buffer.from(bytes);
  const changes = 1 + Math.floor(random() * 6);
  for (let at = 0; at < changes; at += 1) changed = change(changed, random);
  return changed;
}

const values = ['null', 'true', '-1', '0.5', '1e308', '""', '[]', '{}', '"__proto__"', '"../x"'];

function otherValues(text: string, random: () => number): string {
  const found = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false|null/g)];
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  let changed = text;
  const changes = 1 + Math.floor(random() * 3);
  for (let at = 0; at < changes; at += 1) {
    const place = pick(found);
    if (place === undefined) return text;
    const value = random() < 0.5 ? pick(found)?.[0] : pick(values);
    // Places move with each change; one that no longer holds its value just changes something else.
    changed = `${changed.slice(0, place.index)}${value ?? ''}${changed.slice(place.index + place[0].length)}`;
  }
  return changed;
}

function change(bytes: Buffer, random: () => number): Buffer {
  const within = (length: number): number => Math.floor(random() * Math.max(1, length));
  const head = random() < 0.7 ? Math.min(bytes.length, 4096) : bytes.length;
  const at = within(head);
  const end = Math.min(bytes.length, at + 1 + within(random() < 0.8 ? 16 : bytes.length));
  const replace = (by: Buffer): Buffer =>
    Buffer.concat([bytes.subarray(0, at), by, bytes.subarray(end)]);
  switch (within(8)) {
    case 0:
      if (at < bytes.length) bytes.writeUInt8(within(256), at);
      return bytes;
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return replace(Buffer.alloc(0));
    case 3:
      return replace(Buffer.concat([bytes.subarray(at, end), bytes.subarray(at, end)]));
    case 4:
      if (at + 8 <= bytes.length) bytes.writeBigUInt64LE(extremes[within(8)] ?? 0n, at);
      return bytes;
    case 5:
      return replace(bytes.subarray(within(bytes.length)).subarray(0, within(64)));
    default:
      return replace(tokens[within(tokens.length)] ?? Buffer.alloc(0));
  }
}
