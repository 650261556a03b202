// A small news site, and a search of it that answers as SearXNG does, on this machine only:
// node serve.mjs [PORT]      (default 8888, 0: any that is free; its address is the first line that it prints)
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const news = readFileSync(join(import.meta.dirname, 'news.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map((page) => ({ ...page, path: `/${page.published.replaceAll('-', '/')}/${page.slug}` }));
const pages = new Map(news.map((page) => [page.path, page]));

const wordsOf = (text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const counted = news.map((page) => {
  const counts = new Map();
  for (const word of wordsOf([page.title, ...page.paragraphs].join(' '))) {
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return { page, counts };
});

/** The pages that have words of a question, those with the rarest first. */
function search(question) {
  const weight = (word) => {
    const having = counted.filter(({ counts }) => counts.has(word)).length;
    return Math.log(1 + (news.length - having + 0.5) / (having + 0.5));
  };
  const asked = [...new Set(wordsOf(question))];
  return counted
    .map(({ page, counts }) => {
      const found = asked.filter((word) => counts.has(word));
      const score = found.reduce((sum, word) => sum + weight(word) * (2 - 1 / counts.get(word)), 0);
      return { page, score };
    })
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, 10);
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A page with all that stands around the news on pages of the web. */
function html({ title, author, published, paragraphs, path }) {
  const others = news.filter((other) => other.path !== path).slice(0, 6);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escaped(title)} - The Quay Lantern</title>
<meta property="og:site_name" content="The Quay Lantern">
<meta property="article:published_time" content="${published}T06:00:00Z">
<meta name="author" content="${escaped(author)}">
</head>
<body>
<div class="cookie-banner">We and our 214 partners value your privacy. <button>Accept all</button></div>
<nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/notices">Notices</a> <a href="/subscribe">Subscribe from 90p a week</a></nav>
<main><article>
<h1>${escaped(title)}</h1>
<p class="byline">By ${escaped(author)}, ${published}</p>
${paragraphs.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
</article></main>
<aside><h2>Most read</h2><ul>
${others.map((other) => `<li><a href="${other.path}">${escaped(other.title)}</a></li>`).join('\n')}
</ul></aside>
<footer>The Quay Lantern, Chandler Street, Ostlery Quay. All rights reserved.</footer>
<script>document.body.append('Please turn off your ad blocker.')</script>
</body>
</html>
`;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
  const send = (type, body, status = 200) =>
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
  if (url.pathname === '/robots.txt') {
    send('text/plain', 'User-agent: *\nDisallow: /subscribe\n');
  } else if (url.pathname === '/search') {
    const query = url.searchParams.get('q') ?? '';
    const results = search(query).map(({ page, score }) => ({
      ...{ url: `${url.origin}${page.path}`, title: page.title, content: page.paragraphs[0] },
      ...{ engine: 'lantern', score, publishedDate: page.published },
    }));
    send('application/json', JSON.stringify({ query, results, unresponsive_engines: [] }));
  } else {
    const page = pages.get(url.pathname);
    if (page === undefined) send('text/plain', 'No such page.', 404);
    else send('text/html', html(page));
  }
});
const [port = '8888'] = process.argv.slice(2);
server.listen(Number(port), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
