/**
 * Limits of a page's elements, nesting, and attributes of one: finding the main text costs more with depth than with
 * length, and adding an attribute searches the element's others.
 */
const most = { elements: 50_000, depth: 400, attributes: 200 };

/** Elements of the head, for pages that omit its tags. */
const headElements = new Set('base link meta script style title'.split(' '));

class TooMuch extends Error {}

/**
 * Parses a page into a tree, without running scripts or loading references; undefined if it exceeds the limits.
 * Measures it while it grows, so that no markup can hide its size.
 */
export async function pageTree(html: string) {
  const [{ Parser }, { parseHTML }] = await Promise.all([
    import('htmlparser2'),
    import('linkedom'),
  ]);
  const { document } = parseHTML('<!doctype html><html><head></head><body></body></html>');
  const { documentElement: root, head, body } = document;
  const given = new Map([
    ['html', root],
    ['head', head],
    ['body', body],
  ]);
  /** Open elements, outermost first. */
  const open = [root];
  let elements = 0;
  let attributesOfElement = 0;
  let text: string[] = [];
  const placeOf = (name: string) => {
    const [inner = root] = open.slice(-1);
    if (inner !== root) return inner;
    return headElements.has(name) && body.firstChild === null ? head : body;
  };
  const writeText = (): void => {
    const written = text.join('');
    text = [];
    const place = placeOf('');
    if (written.trim() !== '' || (written !== '' && place.firstChild !== null)) {
      place.appendChild(document.createTextNode(written));
    }
  };
  const parser = new Parser(
    {
      onopentagname() {
        writeText();
        elements += 1;
        attributesOfElement = 0;
        if (elements > most.elements || open.length > most.depth) throw new TooMuch();
      },
      onattribute() {
        attributesOfElement += 1;
        if (attributesOfElement > most.attributes) throw new TooMuch();
      },
      onopentag(name, attributes) {
        const known = given.get(name);
        const element = known ?? document.createElement(name);
        // A page may repeat its tag.
        const before = element.getAttributeNames().length;
        if (before + attributesOfElement > most.attributes) throw new TooMuch();
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (known === undefined) placeOf(name).appendChild(element);
        open.push(element);
      },
      ontext(piece) {
        text.push(piece);
      },
      onclosetag() {
        writeText();
        if (open.length > 1) open.pop();
      },
      onend: writeText,
    },
    { decodeEntities: true },
  );
  try {
    parser.write(html);
    parser.end();
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
  return document;
}
