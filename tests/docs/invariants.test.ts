/** docs/invariants.md names a proof for every line: files and test titles that exist. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import ts from "typescript";

const ROOT = join(__dirname, "../..");
const LAST_LINE = 22;
/** Lines of gateway and page. */
const GATEWAY_LINES = numbered("G", 12);
/** What the gateway must survive. */
const GATEWAY_FAULTS = [
  "Gateway: kill -9 at every point from the outbox to the webhook",
  "Gateway: Postgres restarted, full, slow, or ending sessions",
  "Gateway: requests of any content",
  "Gateway: receivers that fail, hang or replay",
  "Gateway: an RPC that drops, lags, forks or fails",
  "Gateway: secrets in logs",
];
/** Faults of other gateways: Finternet's, freight's, complaints by their letter, and traps. */
const OTHERS = [
  ...numbered("F", 7),
  ...numbered("P", 7),
  ...[..."abcdefghijklmn"].map((letter) => `C${letter}`),
  ...numbered("T", 14),
];
/** What the keeper must survive, as the headings of the page's last part have it. */
const FAULTS = [
  "kill -9 before a transaction is sent",
  "kill -9 after it is sent",
  "kill -9 after it is confirmed and before that is recorded",
  "Two workers on one job",
  "A lease lost in mid-job",
  "An RPC that accepts a transaction and drops it",
  "An RPC that times out while the transaction lands",
  "An RPC that lags",
  "RPCs that disagree",
  "An RPC that answers 429, 5xx or garbage",
  "An RPC that hangs, answers too much, or does not offer a method",
  "An RPC that is pointed to another chain",
  "A blockhash that expires",
  "A dead websocket",
  "Duplicate and out-of-order events",
  "A wrong local clock",
  "An empty fee payer",
  "A poison policy",
  "A limit of the whole transaction",
  "A delegation revoked between simulation and landing",
  "Postgres restarted",
  "Postgres ends sessions",
  "Postgres full",
  "Postgres slow",
  "SIGTERM in flight",
  "Old and new schema at once",
  "A newer schema while the keeper runs",
  "Two keepers on one embedded directory",
  "Damaged files of the embedded database",
  "A flood of requests over HTTP",
  "Numbers over 2^53",
  "A release rule's server that fails, hangs or replays",
  "Secrets in logs",
];

/** Returns `F1`, `F2` and so on. */
function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}

interface Proof {
  file: string;
  titles: string[];
}

interface Line {
  /** `5` of `### 5. …`, else all of the heading. */
  name: string;
  proofs: Proof[];
}

/** A section per line, and in it items of the form "- `file`: "title"; "title"". */
function parsePage(page: string): Line[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const text = section.replace(/^## [^]*/m, "");
      const items = text.split("\n").filter((line) => line.startsWith("- "));
      const [heading = ""] = text.split("\n");
      const name = /^(?:[GFPT]?\d+|C[a-n])(?=\. )/.exec(heading)?.[0] ?? heading;
      return { name, proofs: items.map(parseProof) };
    });
}

function parseProof(item: string): Proof {
  const [, file, titles] = /^- `([^`]+)`: "(.+)"$/.exec(item) ?? [];
  if (!file || !titles) throw new Error(`no proof of the form - \`file\`: "title": ${item}`);
  return { file, titles: titles.split('"; "') };
}

/** The titles of a file's tests, with `…` for what a test puts in; of Rust tests, the functions' names. */
function titlesIn(file: string): Set<string> {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (file.endsWith(".rs")) {
    return new Set([...text.matchAll(/#\[test\]\s+fn (\w+)\(/g)].map(([, name]) => name as string));
  }
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    // A skipped test proves nothing: `it.skip` is not the identifier `it`, and a skipped suite is not entered.
    if (ts.isCallExpression(node) && isSkip(node.expression)) return;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const [title] = node.arguments;
      if (node.expression.text === "it" && title) titles.add(titleOf(title));
    }
    node.forEachChild(visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022));
  return titles;
}

const isSkip = (callee: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(callee) && callee.name.text === "skip";

function titleOf(node: ts.Expression): string {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return "…";
  const parts = [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)];
  return parts.join("…").replace(/…+/g, "…");
}

describe("docs/invariants.md", () => {
  const page = readFileSync(join(ROOT, "docs/invariants.md"), "utf8");
  const lines = parsePage(page);

  it("given the list then the page has each of its lines once", () => {
    const numbers = Array.from({ length: LAST_LINE }, (_, i) => `${i + 1}`);
    expect(lines.map(({ name }) => name)).to.have.members([
      ...numbers,
      ...GATEWAY_LINES,
      ...GATEWAY_FAULTS,
      ...OTHERS,
      ...FAULTS,
    ]);
  });

  for (const { name, proofs } of lines) {
    it(`given line ${name} then the tests that prove it exist`, () => {
      expect(proofs).to.not.deep.equal([]);
      for (const { file, titles } of proofs) {
        expect(existsSync(join(ROOT, file)), `${file} exists`).to.equal(true);
        const existing = titlesIn(file);
        for (const title of titles) {
          expect(existing.has(title), `"${title}" in ${file}`).to.equal(true);
        }
      }
    });
  }
});
