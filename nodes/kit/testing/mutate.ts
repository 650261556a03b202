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
 * JSON, or of GGUF, stays one: values and names trade places, or become others.
 */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  if (random() < 0.5) {
    const json = bytes[0] === 0x7b || bytes[0] === 0x5b;
    const other = json ? otherJson(bytes, random) : otherGguf(bytes, random);
    if (other !== undefined) return other;
  }
  let changed: Buffer = Buffer.from(bytes);
  const changes = 1 + Math.floor(random() * 6);
  for (let at = 0; at < changes; at += 1) changed = change(changed, random);
  return changed;
}

const values: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 1e308, 2 ** 53, '', '__proto__', '../x', 'x'.repeat(5000)],
  ...[[], {}, [[]], [null], JSON.parse('{"__proto__":{"x":1}}')],
];

type Places = readonly (readonly [holder: Record<string, unknown>, key: string])[];

/** Values and names of a JSON text, replaced, traded, left out or written twice; undefined for other texts. */
function otherJson(bytes: Buffer, random: () => number): Buffer | undefined {
  let root: unknown;
  try {
    root = JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
  const pick = <Item>(items: readonly Item[]): Item | undefined =>
    items[Math.floor(random() * items.length)];
  const changes = 1 + Math.floor(random() * 3);
  for (let at = 0; at < changes; at += 1) {
    const places = placesOf(root);
    const [holder, key] = pick(places) ?? [];
    if (holder === undefined || key === undefined) break;
    const other = structuredClone(pick(places)?.[0][key] ?? pick(values));
    const names = places.map(([, name]) => name);
    switch (Math.floor(random() * 4)) {
      case 0:
        delete holder[key];
        break;
      case 1:
        holder[pick(names) ?? 'x'] = holder[key];
        break;
      case 2:
        holder[key] = other;
        break;
      default:
        // A copy: the next change may be to it.
        holder[key] = structuredClone(pick(values));
    }
  }
  return Buffer.from(JSON.stringify(root));
}

function placesOf(root: unknown): Places {
  const isHolder = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  const [places, holders]: [[Record<string, unknown>, string][], unknown[]] = [[], [root]];
  for (const holder of holders) {
    if (!isHolder(holder)) continue;
    for (const [key, value] of Object.entries(holder)) {
      places.push([holder, key]);
      holders.push(value);
    }
  }
  return places;
}

const sizes = [0, 1, 2, 3, 5, 7, 31, 63, 64, 65, 255, 4096, 65_537, 1e9, 0x7fffffff, 0xffffffff];

/** A GGUF file whose header says other sizes and kinds; undefined for other files. */
function otherGguf(bytes: Buffer, random: () => number): Buffer | undefined {
  if (bytes.subarray(0, 4).toString() !== 'GGUF') return undefined;
  const keys = [
    ...bytes.toString('latin1').matchAll(/(?:general|llama|tokenizer)\.[a-z_.]*[a-z]/g),
  ];
  const changed = Buffer.from(bytes);
  const changes = 1 + Math.floor(random() * 3);
  for (let at = 0; at < changes; at += 1) {
    const key = keys[Math.floor(random() * keys.length)];
    if (key === undefined) return undefined;
    // Behind a key stands the type of its value, in four bytes, and the value.
    const place = key.index + key[0].length + 4;
    changed.writeUInt32LE(sizes[Math.floor(random() * sizes.length)] ?? 0, place);
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
