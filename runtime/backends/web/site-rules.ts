import robotsParser from 'robots-parser';

/** By which robots.txt names Graft. */
export const robotName = 'Graft';
/** Seconds between requests that a site may ask for at most. */
const longestPause = 60;

export interface SiteRules {
  allows(url: URL): boolean;
  /** Seconds between requests. */
  readonly pause: number;
}

/** Rules of a robots.txt (RFC 9309). */
export function siteRules(address: URL, text: string): SiteRules {
  const rules = robotsParser(address.href, text);
  return {
    allows: (url) => rules.isAllowed(url.href, robotName) !== false,
    pause: Math.min(longestPause, rules.getCrawlDelay(robotName) ?? 0),
  };
}

/** Of a site that has none. */
export const noRules: SiteRules = { allows: () => true, pause: 0 };
