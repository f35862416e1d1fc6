/** Finds links in texts of users. Only http and https count; everything else stays text. */

/** Piece of a text: plain, or a link whose text is the URL itself. */
export type TextPart = { text: string; href?: undefined } | { text: string; href: string };

const URLS = /https?:\/\/[^\s<>"'`]+/gi;

/** Signs that end a sentence rather than a URL. */
const TRAILING = /[.,;:!?)\]}]+$/;

/**
 * Returns a text in pieces, with its links. A URL with a user name or password stays text: it can imitate another host.
 * @example
 * linkParts("See https://example.com."); // [{ text: "See " }, { text: "https://example.com", href: "https://example.com/" }, { text: "." }]
 */
export function linkParts(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(URLS)) {
    const url = match[0].replace(TRAILING, "");
    const href = hrefOf(url);
    if (href === null) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: url, href });
    end = match.index + url.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function hrefOf(text: string): string | null {
  try {
    const url = new URL(text);
    const isWeb = url.protocol === "http:" || url.protocol === "https:";
    return isWeb && url.username === "" && url.password === "" ? url.href : null;
  } catch {
    return null;
  }
}
