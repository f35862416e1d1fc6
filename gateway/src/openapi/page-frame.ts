/** Frame and style of the pages under `/docs`. */
import { createHash } from "node:crypto";
import { escape } from "./page-text";

const STYLE = `:root{color-scheme:light dark;--line:#8884;--dim:#888}
body{margin:0;font:15px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,56rem);gap:2.5rem}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;box-sizing:border-box;border-right:1px solid var(--line);font-size:13px}
nav ul{list-style:none;margin:0 0 1rem;padding:0}nav a{text-decoration:none}nav h2{font-size:13px;margin:0}
main{padding:1rem 1rem 6rem 0}section{border-top:1px solid var(--line);padding:1rem 0}
h3{margin:0}code,pre{font:13px/1.5 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid var(--line);border-radius:6px}
.method{display:inline-block;min-width:4.2em;font-weight:600}.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
dl{margin:.25rem 0 .25rem .2rem;padding-left:.9rem;border-left:1px solid var(--line)}dd{margin:0 0 .4rem}summary{cursor:pointer}
@media(max-width:60rem){body{display:block;padding:0 1rem}nav{position:static;height:auto;border:0;padding:1rem 0}}`;

/** SHA-256 of the style, base64. */
const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Headers of a page: it loads nothing, runs nothing, and has this one style. */
export const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** Returns a page with this title and body. */
export const htmlPage = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style></head>
<body>${body}</body></html>
`;
