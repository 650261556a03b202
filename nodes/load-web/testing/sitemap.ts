/** A sitemap of addresses, each with when it was last changed. */
export const sitemap = (entries: Readonly<Record<string, string>>, name = 'url', root = 'urlset') =>
  `<?xml version="1.0"?><${root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${Object.entries(
    entries,
  )
    .map(([loc, at]) => `<${name}><loc>${loc}</loc>${at && `<lastmod>${at}</lastmod>`}</${name}>`)
    .join('')}</${root}>`;
