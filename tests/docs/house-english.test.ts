/** The pages, the error texts and the help texts against phrases that read as translated (CONTRIBUTING, "How to write"). */
import { expect } from "chai";
import { FLAGS, helpText } from "../../keeper/src/config/flags";
import { USAGE } from "../../localnet/src/cli/args";
import { programErrorRows, sdkErrorRows } from "./errors-page";
import { allPages, openPage, type Page, table } from "./page";

/** A phrase that we do not write, and what to write instead. */
const PHRASES: [phrase: RegExp, instead: string][] = [
  [/\bwhoever\b/i, "name the actor"],
  [/\b(somebody|anybody)\b/i, "name the actor, or: anyone, people"],
  [
    /\bwho (executes|runs|sends|pays|signs|answers|lands)\b/i,
    "the executor, the keeper, the payer",
  ],
  [/(?<!\b(from|than|as|to) )\bthose (that|who)\b/i, "name them"],
  [/\bfor ever\b/i, "without end, permanently"],
  [/\bbut for\b/i, "except"],
  [/(?<!\bthere )\b(is|are|was|were) no (?!longer|more|less|later|earlier)/i, "is not a"],
  [/\bone an?\b/i, "one per"],
  [/\b(held|holds?|holding) up\b/i, "postponed, delayed"],
  [/\blook(s|ed|ing)? (at|into)\b/i, "read, check, examine"],
  [/\bin front\b/i, "before, first"],
  [/\bsome (\d|two|five|seven|ten|fifteen)/i, "about"],
  [/\bcrank(s|ed|ing)?\b/i, "execute, send"],
  [/\b(he|she|his|him|her|hers)\b/i, "they, their"],
  [/\b(anew|in vain|at hand|ever more|all the same|by and by)\b/i, "again, without effect, ..."],
  [/\b(lanes?|crew|concludes?)\b/i, "worker pool, worker, send, postpone"],
  [/\b(puts?|putting) (it |them )?off\b/i, "postpone"],
];
/** A sentence that starts like this and is not a question has a clause where its subject should be. */
const CLAUSE_AS_SUBJECT = /^(What|Whether|Who|Whose|Of) \w+.*[.:]$/;
const MAX_WORDS = 45;
/** A sentence with more commas is a list. */
const MAX_COMMAS = 8;

/** Entries of earlier versions keep their words; the unreleased ones have a test of their own below. */
const HISTORY = "CHANGELOG.md";
/** Returns the text that people read: no code, no link targets; in the glossary, not the words to avoid. */
function proseOf({ file, text }: Page): string {
  const withoutCode = text
    .replace(/^```[\s\S]*?^```$/gm, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/`[^`\n]*`/g, "`x`")
    .replace(/\]\([^)]*\)/g, "]");
  if (file === "docs/invariants.md") return withoutCode.replace(/^- `x`: ".*$/gm, ""); // titles of tests
  if (file !== "docs/glossary.md") return withoutCode;
  return withoutCode.replace(/^(\|[^|]*\|[^|]*\|)[^|]*\|$/gm, "$1");
}

/** Returns the sentences of paragraphs and list items; tables and headings are no sentences. */
function sentencesOf(prose: string): string[] {
  const blocks = prose
    .split(/\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=#)/)
    .filter((block) => !/^\s*(\||#)/.test(block));
  return blocks.flatMap((block) =>
    block
      .replace(/^\s*([-*]|\d+\.) /, "")
      .replace(/\*\*|_/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .split(/(?<=[.!?:;]) (?=[A-Z`[(])|(?<=[:;]) /),
  );
}

function faultsIn(text: string): string[] {
  return PHRASES.flatMap(([phrase, instead]) => {
    const [found] = phrase.exec(text) ?? [];
    if (found === undefined) return [];
    const at = text.search(phrase);
    const around = text.slice(Math.max(0, at - 40), at + 40).replace(/\s+/g, " ");
    return [`"${found.trim()}" (${instead}) in: ${around}`];
  });
}

describe("House English", () => {
  for (const page of allPages()) {
    if (page.file === HISTORY) continue;
    it(`is what ${page.file} is written in`, () => {
      const prose = proseOf(page);
      const sentences = sentencesOf(prose);
      const faults = prose.split(/\n(?=\s*(?:[-*|]|\d+\.) )|\n\n/).flatMap(faultsIn);
      const clauses = sentences.filter((sentence) => CLAUSE_AS_SUBJECT.test(sentence));
      const long = sentences.filter(
        (sentence) =>
          sentence.split(" ").length > MAX_WORDS && sentence.split(",").length <= MAX_COMMAS,
      );
      expect(faults, "phrases").to.deep.equal([]);
      expect(clauses, "a clause as subject").to.deep.equal([]);
      expect(long, `more than ${MAX_WORDS} words`).to.deep.equal([]);
    });
  }

  it("is what the unreleased changes are written in", () => {
    const [, unreleased = ""] = openPage(HISTORY).text.split(/^## /m);
    expect(faultsIn(unreleased.replace(/`[^`\n]*`/g, "`x`"))).to.deep.equal([]);
  });

  it("is what errors and their fixes are written in", () => {
    const advice = table(openPage("docs/errors.md"), "code", "name", "what happened", "what to do");
    const texts = [
      ...programErrorRows().flatMap((row) => row.slice(2)),
      ...sdkErrorRows().map(([, , text]) => text ?? ""),
      ...advice.map(([, , , what]) => what ?? ""),
    ];
    expect(texts.flatMap(faultsIn)).to.deep.equal([]);
  });

  it("is what --help is written in", () => {
    const flags = FLAGS.map(({ help }) => help);
    expect([...flags, helpText(), USAGE].flatMap(faultsIn)).to.deep.equal([]);
  });
});
