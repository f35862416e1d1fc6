/** What operators are given beside the command: alerts, runbook, table of metrics. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { expect } from "chai";
import { promtool } from "../../../keeper/test/harness/promtool";
import { metricsPage } from "../../scripts/metrics-table";
import { OPTIONS } from "../../src/config/options";

// It has no types.
const { load } = createRequire(__filename)("js-yaml") as { load(text: string): unknown };
const OPS = path.resolve(__dirname, "../../ops");
const read = (file: string): string => readFileSync(path.join(OPS, file), "utf8");

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

/** Names in the table, with what Prometheus makes of a histogram. */
const known = new Set(
  [...read("METRICS.md").matchAll(/^\| `(\w+)`\s+\| (\w+)/gm)].flatMap(([, name, type]) =>
    type === "histogram" ? ["_bucket", "_count", "_sum"].map((end) => name + end) : [name!],
  ),
);
const metricsIn = (expr: string): string[] => expr.match(/milepost_gateway_\w+/g) ?? [];

describe("gateway: what operators are given", () => {
  const { groups } = load(read("alerts.yml")) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it("has a table of all metrics that is the registry's own", () => {
    const lines = (text: string) =>
      text.split("\n").flatMap((line) => {
        const cells = line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---"));
        return line.startsWith("|") ? [cells] : [];
      });
    expect(lines(read("METRICS.md")), "npm run metrics-table").to.deep.equal(lines(metricsPage()));
    expect(known.size).to.be.greaterThan(15);
  });

  it("has alert rules that promtool accepts and whose examples fire when they should", () => {
    expect(promtool(["check", "rules", "alerts.yml"], OPS)).to.include(`${rules.length} rules`);
    expect(promtool(["test", "rules", "alerts.test.yml"], OPS)).to.include("SUCCESS");
  });

  it("has an alert for a difference between ledger and chain", () => {
    const rule = rules.find(({ expr }) =>
      expr.includes("milepost_gateway_reconciliation_differences"),
    );
    expect(rule?.labels.severity).to.equal("critical");
  });

  it("has alert rules over metrics that exist, each with a summary and a section of the runbook", () => {
    const sections = [...read("RUNBOOK.md").matchAll(/^## (\w+)$/gm)].map(([, name]) => name!);
    const anchors = new Set(sections.map((name) => `RUNBOOK.md#${name.toLowerCase()}`));
    for (const { alert, expr, labels, annotations } of rules) {
      for (const name of metricsIn(expr))
        expect(known.has(name), `${alert}: ${name}`).to.equal(true);
      expect(["critical", "warning"], alert).to.include(labels.severity);
      expect(annotations.summary, alert).to.not.equal("");
      expect(anchors.has(annotations.runbook), `${alert}: ${annotations.runbook}`).to.equal(true);
    }
    const used = new Set(rules.map(({ annotations }) => annotations.runbook));
    expect(used).to.deep.equal(anchors);
  });

  it("has a runbook that names only flags and metrics that exist", () => {
    const flags = new Set(Object.values(OPTIONS).map((make) => make().long));
    const text = read("RUNBOOK.md");
    for (const [, flag] of text.matchAll(/`(--[a-z-]+)/g)) {
      expect(flags.has(flag), flag).to.equal(true);
    }
    for (const name of metricsIn(text)) expect(known.has(name), name).to.equal(true);
  });
});
