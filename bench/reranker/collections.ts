import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asQuestion, keywordQuery, leastText, withoutSentence } from './question-forms.ts';
import { htmlSections, manualPage, type Section } from './sections.ts';

/** A Debian package, and where its pages are. */
interface Source {
  readonly name: string;
  readonly under: string;
  /** Which files; default all of HTML. */
  readonly only?: RegExp;
}

/** Documentation that is trained on, and how many questions are asked of each at most, held-out ones among them. */
const seen: readonly (Source & { readonly most: number })[] = [
  { name: 'libreoffice-help-en-us', under: 'usr/share/libreoffice/help/en-US/text', most: 1000 },
  { name: 'postgresql-doc-15', under: 'usr/share/doc/postgresql-doc-15/html', most: 400 },
  { name: 'debian-handbook', under: 'usr/share/doc/debian-handbook/html/en-US', most: 250 },
  { name: 'debian-reference-en', under: 'usr/share/debian-reference', most: 250 },
  {
    ...{ name: 'installation-guide-amd64', under: 'usr/share/doc/installation-guide-amd64/en' },
    most: 150,
  },
  { name: 'developers-reference', under: 'usr/share/developers-reference', most: 120 },
  { name: 'debian-policy', under: 'usr/share/doc/debian-policy/policy.html', most: 120 },
  { name: 'maint-guide', under: 'usr/share/doc/maint-guide/html', most: 60 },
];
/** Questions that people wrote with their answers. Never trained on. */
const asked: readonly Source[] = [
  { name: 'debian-faq', under: 'usr/share/doc/debian/FAQ' },
  { name: 'python3.11-doc', under: 'usr/share/doc/python3.11/html/faq' },
  { name: 'git-doc', under: 'usr/share/doc/git/html', only: /^gitfaq\.html$/ },
  { name: 'sqlite3-doc', under: 'usr/share/doc/sqlite3', only: /^faq\.html$/ },
];
/** Pages that are looked for by what they are for. Never trained on. */
const manuals = { name: 'manpages-dev', under: 'usr/share/man', only: /\.[23]\w*\.gz$/, most: 300 };
/** Share of the pages that nothing is learned from. */
const heldOutShare = 0.08;

interface Asked {
  readonly id: string;
  readonly page: string;
  readonly text: string;
  readonly question: string | undefined;
}

/**
 * Makes what reranker.graft.json reads in a folder: `pages/train`, `pages/held-out`, `unseen/faq` and `unseen/manual` with
 * a text file a section, and the questions of `train`, `held-out`, `faq` and `manual` in jsonl. Packages that were
 * fetched before are not fetched again. Throws where one cannot be had: that takes apt-get and dpkg, and no rights.
 */
export function makeCollections(folder: string): void {
  for (const made of ['pages', 'unseen']) {
    rmSync(path.join(folder, made), { recursive: true, force: true });
  }
  const questions: Record<'train' | 'held-out', Asked[]> = { train: [], 'held-out': [] };
  for (const source of seen) {
    const sections = sectionsOf(folder, source).map(questionOf);
    const chosen = inOrder(sections.filter(({ question }) => question !== undefined));
    const kept = chosen.slice(0, source.most);
    const ids = new Set(kept.map(({ id }) => id));
    // Half as many that nobody asks for, to be told from the others.
    const others = inOrder(sections.filter(({ id }) => !ids.has(id))).slice(0, source.most / 2);
    for (const section of [...kept, ...others]) {
      const side = chance(`page ${section.page}`) < heldOutShare ? 'held-out' : 'train';
      writeText(folder, `pages/${side}/${section.id}`, section.text);
      if (ids.has(section.id)) questions[side].push(section);
    }
  }
  for (const side of ['train', 'held-out'] as const) {
    writeQuestions(folder, questions[side], { name: side, collection: `pages/${side}` });
  }

  const answers = asked.flatMap((source) => sectionsOf(folder, source));
  for (const { id, text } of answers) writeText(folder, `unseen/faq/${id}`, text);
  const real = answers.filter(({ heading }) => heading.endsWith('?'));
  const faq = real.map(({ id, heading }) => ({ id, question: heading }));
  writeQuestions(folder, faq, { name: 'faq', collection: 'unseen/faq' });

  const pages = manualPages(folder);
  for (const { id, text } of pages) writeText(folder, `unseen/manual/${id}`, text);
  const chosen = inOrder(pages).slice(0, manuals.most);
  writeQuestions(folder, chosen, { name: 'manual', collection: 'unseen/manual' });
}

/** A number from 0 to below 1 that a text always has. */
function chance(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}

function inOrder<Row extends { readonly id: string }>(rows: readonly Row[]): Row[] {
  return rows.toSorted((a, b) => chance(a.id) - chance(b.id));
}

/** The folder of a package's pages, fetched and unpacked first where it is not there. */
function unpacked(folder: string, { name, under }: Source): string {
  const root = path.join(folder, 'packages', name);
  if (!existsSync(root)) {
    const begun = `${root}.part`;
    rmSync(begun, { recursive: true, force: true });
    mkdirSync(begun, { recursive: true });
    try {
      execFileSync('apt-get', ['download', name], { cwd: begun, stdio: 'pipe' });
      const archive = readdirSync(begun).find((file) => file.endsWith('.deb')) ?? '';
      execFileSync('dpkg', ['-x', archive, '.'], { cwd: begun });
      rmSync(path.join(begun, archive));
    } catch (cause) {
      throw new Error(
        `The Debian package ${name} cannot be fetched. It takes a Debian or one of its kin; try apt-get update, then apt-get download ${name}.`,
        { cause },
      );
    }
    renameSync(begun, root);
  }
  return path.join(root, under);
}

function filesBelow(root: string, fits: RegExp): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => fits.test(path.basename(file)))
    .toSorted();
}

/** Sections of a package's pages that say something, each text once. */
function sectionsOf(
  folder: string,
  source: Source,
): (Section & { readonly page: string; readonly id: string })[] {
  const root = unpacked(folder, source);
  const lists =
    /(?:^|\/)_|genindex|^(?:index|search|bookindex|biblio|contents|log)\.|auto(?:korr|pi)/;
  const files = filesBelow(root, source.only ?? /\.html?$/).filter((file) => !lists.test(file));
  const texts = new Set<string>();
  return files.flatMap((file) =>
    htmlSections(readFileSync(path.join(root, file), 'utf8')).flatMap((section, at) => {
      if (section.text.length < leastText || texts.has(section.text)) return [];
      texts.add(section.text);
      const page = `${source.name}/${file.replace(/(?:\.en)?\.html?$/, '').replaceAll('/', '-')}`;
      return [{ ...section, page, id: `${page}-${String(at).padStart(3, '0')}` }];
    }),
  );
}

/** A page has many names, each a file: its text is taken once. */
function manualPages(folder: string): Asked[] {
  const root = unpacked(folder, manuals);
  const texts = new Set<string>();
  return filesBelow(root, manuals.only).flatMap((file) => {
    const page = manualPage(gunzipSync(readFileSync(path.join(root, file))).toString('utf8'));
    if (page === undefined || texts.has(page.text)) return [];
    texts.add(page.text);
    const id = path.basename(file, '.gz');
    return [{ id, page: id, text: page.text, question: page.purpose }];
  });
}

/**
 * A section with what is asked of it, by chance of its id: a sentence of its own, which is then taken out of its text; an
 * entry of the page's index; or what it is headed by, as a question where that is known how.
 */
function questionOf(section: ReturnType<typeof sectionsOf>[number]): Asked {
  const { id, page, text, title, heading, keywords } = section;
  const kind = chance(`kind ${id}`);
  if (kind < 0.3) {
    const taken = withoutSentence(text, chance(`sentence ${id}`));
    if (taken !== undefined) return { id, page, text: taken.rest, question: taken.sentence };
  }
  if (kind < 0.55 && keywords.length > 0) {
    const keyword = keywords[Math.floor(chance(`keyword ${id}`) * keywords.length)] ?? '';
    return { id, page, text, question: keywordQuery(keyword) };
  }
  const question = asQuestion(heading) ?? heading;
  const words = question.split(/\s+/).length;
  const sayNothing =
    /^(?:see also|synopsis|examples?|description|notes?|summary|overview|in (?:basic|python))\b/i;
  if (words < 2 || sayNothing.test(question)) return { id, page, text, question: undefined };
  // Short headings of sections say little without that of their page.
  const isLost = words < 4 && title !== heading && title !== '';
  return { id, page, text, question: isLost ? `${title}: ${question}` : question };
}

function writeText(folder: string, name: string, text: string): void {
  const file = path.join(folder, `${name}.txt`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

function writeQuestions(
  folder: string,
  rows: readonly Pick<Asked, 'id' | 'question'>[],
  { name, collection }: { readonly name: string; readonly collection: string },
): void {
  const lines = inOrder(rows).map(({ id, question }) =>
    JSON.stringify({ id, question, documents: [`${collection}/${id}.txt`] }),
  );
  writeFileSync(path.join(folder, `${name}.jsonl`), `${lines.join('\n')}\n`);
  console.log(`${name}.jsonl: ${String(rows.length)} questions`);
}
