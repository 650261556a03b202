// Writes pages/ and questions.jsonl from topics.jsonl and lone-pages.jsonl; the same bytes each time:
// node make-pages.mjs
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const folder = import.meta.dirname;
const rowsOf = (file) =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const topics = rowsOf('topics.jsonl');
const lonely = rowsOf('lone-pages.jsonl');

const menu = 'Home | Council | Services | News | Contact | Search';
const footer = [
  'Orrisdale Borough Council, Guildhall, 1 Corn Row. Tell us whether this page has helped you.',
  '© Orrisdale Borough Council',
];
/** What people write around what they believe to know. */
const chatter = [
  'Same question here, we asked twice and nobody rang back.',
  'My neighbour did all of this last spring and swears by it.',
  'Do not take my word for it, but that is what they said at the counter.',
  'It used to be far simpler when the old clerk was there.',
  'Thanks everybody, that saved me a walk into town in the rain.',
  'Moved here in August and still find my way around.',
  'If anybody has the form, please put a picture of it here.',
  'I think they changed it again after the election.',
];

const filled = (text, [a, b, c]) =>
  text.replaceAll('{a}', a).replaceAll('{b}', b).replaceAll('{c}', c);
const bodyOf = ({ about, rules, apply }, values) =>
  [about, rules, apply].map((text) => filled(text, values)).join('\n\n');
const day = (year, at) =>
  `${year}-${String((at % 10) + 1).padStart(2, '0')}-${String(((at * 7) % 27) + 1).padStart(2, '0')}`;

rmSync(join(folder, 'pages'), { recursive: true, force: true });
function write(path, { date, title, lines }) {
  const file = join(folder, 'pages', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `---\ndate: ${date}\n---\n\n# ${title}\n\n${lines.join('\n\n')}\n`);
}
const asPage = (lines) => [menu, ...lines, ...footer];

for (const [at, topic] of topics.entries()) {
  const { slug, title, now, old, said } = topic;
  // As it is now.
  write(`services/${slug}.md`, {
    ...{ date: day(2026, at), title, lines: asPage([bodyOf(topic, now)]) },
  });
  // As it was: half of it moved to the archive, half of it forgotten where it stood.
  const [year, place] = at % 2 === 0 ? [2022, 'archive'] : [2023, 'services/pages'];
  write(`${place}/${slug}-${year}.md`, {
    ...{ date: day(year, at + 3), title, lines: asPage([bodyOf(topic, old)]) },
  });
  // A teaser that says nothing, newer than the page.
  if (at % 3 !== 0) {
    write(`news/${slug}.md`, {
      date: '2026-10-20',
      title: `${title}: costs, rules and how to apply`,
      lines: asPage([`${title}: what does it cost, when, and how long does it take? Read more.`]),
    });
  }
  // What a resident believes.
  if (at % 3 !== 1) {
    const [one, two] = [chatter[at % 8], chatter[(at + 3) % 8]];
    write(`forum/${slug}.md`, {
      date: day(2026, at + 5),
      title: `${title} — does anybody know?`,
      lines: [one, `I believe it is like this. ${bodyOf(topic, said)}`, two],
    });
  }
}
// Lists of links, three topics each.
for (let at = 0; at < topics.length; at += 3) {
  const some = topics.slice(at, at + 3);
  write(`topics/${some[0].slug}-and-more.md`, {
    date: '2026-10-01',
    title: some.map(({ title }) => title).join(', '),
    lines: asPage(
      some.flatMap(({ title, questions }) => [
        `Home › Services › ${title}`,
        `[${title}](/services) [Costs](/services/costs) [Rules](/services/rules) [Apply](/apply)`,
        questions.map((question) => `[${question}](/questions)`).join(' '),
      ]),
    ),
  });
}
for (const { path, date, title, text } of lonely) {
  write(path, { date, title, lines: asPage([text]) });
}

const questions = [
  ...topics.flatMap(({ slug, questions: asked }) =>
    asked.map((question) => ({ question, documents: [`services/${slug}.md`] })),
  ),
  ...lonely.map(({ path, question }) => ({ question, documents: [path] })),
];
const lines = questions.map(({ question, documents }, at) =>
  JSON.stringify({
    id: `q${String(at + 1).padStart(2, '0')}`,
    question,
    documents: documents.map((path) => `quality-reranking/pages/${path}`),
    group: documents[0],
  }),
);
writeFileSync(join(folder, 'questions.jsonl'), `${lines.join('\n')}\n`);
