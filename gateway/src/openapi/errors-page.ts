/** The page at `/docs/errors`: each code with its status and what to do. Every error links to its line. */
import { ERROR_CODES } from "../errors/gateway-error";
import { htmlPage } from "./page-frame";
import { escape, markdown } from "./page-text";

/** Returns the page. */
export function toErrorsPage(): string {
  const codes = Object.entries(ERROR_CODES);
  const index = codes.map(([code]) => `<li><a href="#${code}">${code}</a></li>`).join("");
  const sections = codes.map(
    ([code, { status, type, fix }]) =>
      `<section id="${code}"><h3><code>${code}</code></h3><p class="dim">${status}, <code>${escape(type)}</code></p>${markdown(fix)}</section>`,
  );
  return htmlPage(
    "Errors of the Milepost Gateway",
    `<nav><p><a href="/docs">API</a></p><h2>Errors</h2><ul>${index}</ul></nav>
<main><h1>Errors</h1><p>Every answer that is not a success has the body <code>{"error": {code, message, type, param?, retryAfter?, docUrl}}</code>. Compare codes, not messages: a code never changes its meaning.</p>
${sections.join("\n")}</main>`,
  );
}
