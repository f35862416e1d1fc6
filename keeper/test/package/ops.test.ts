/** What operators are given beside the command: alerts, runbook, dashboard, table of metrics, systemd unit. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { FLAGS, NOTIFY_SECRET, SMTP_URL, variableOf, WEBHOOK_SECRET } from "../../src/config/flags";
import { metricsPage } from "../../scripts/metrics-table";
import { promtool } from "../harness/promtool";

// It has no types.
const { load } = createRequire(__filename)("js-yaml") as { load(text: string): unknown };
const ROOT = path.resolve(__dirname, "../..");
const OPS = path.join(ROOT, "ops");
const read = (file: string): string => readFileSync(path.join(OPS, file), "utf8");

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}
interface Panel {
  id: number;
  title: string;
  targets: { expr: string }[];
}

/** Names in the table, with what Prometheus makes of a histogram. */
const known = new Set(
  [...read("METRICS.md").matchAll(/^\| `(\w+)`\s+\| (\w+)/gm)].flatMap(([, name, type]) =>
    type === "histogram" ? ["_bucket", "_count", "_sum"].map((end) => name + end) : [name!],
  ),
);
const metricsIn = (expr: string): string[] => expr.match(/milepost_keeper_\w+/g) ?? [];

describe("keeper: what operators are given", () => {
  const { groups } = load(read("alerts.yml")) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);
  const dashboard = JSON.parse(read("grafana-dashboard.json")) as { panels: Panel[] };
  const expressions = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

  it("has a table of all metrics that is the registry's own", () => {
    const lines = (text: string) =>
      text.split("\n").flatMap((line) => {
        const cells = line.split("|").map((cell) => cell.trim().replace(/^-+$/, "---"));
        return line.startsWith("|") ? [cells] : [];
      });
    expect(lines(read("METRICS.md")), "npm run metrics-table").to.deep.equal(lines(metricsPage()));
    expect(known.size).to.be.greaterThan(25);
  });

  it("has alert rules that promtool accepts and whose examples fire when they have to", () => {
    expect(promtool(["check", "rules", "alerts.yml"], OPS)).to.include(`${rules.length} rules`);
    expect(promtool(["test", "rules", "alerts.test.yml"], OPS)).to.include("SUCCESS");
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
    const flags = new Set<string>(FLAGS.map(({ name }) => name));
    const text = read("RUNBOOK.md");
    for (const [, flag] of text.matchAll(/`--([a-z-]+)/g)) {
      expect(flags.has(flag!), `--${flag}`).to.equal(true);
    }
    for (const name of metricsIn(text)) expect(known.has(name), name).to.equal(true);
  });

  it("has a dashboard whose queries promtool can read and whose metrics exist", () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const expr of expressions) {
      for (const name of metricsIn(expr)) expect(known.has(name), name).to.equal(true);
    }
    const directory = mkdtempSync(path.join(tmpdir(), "keeper-dashboard-"));
    try {
      const records = expressions.map((expr, index) => ({ record: `panel:${index}`, expr }));
      const file = { groups: [{ name: "dashboard", rules: records }] };
      // JSON is YAML.
      writeFileSync(path.join(directory, "panels.yml"), JSON.stringify(file));
      const said = promtool(["check", "rules", "panels.yml"], directory);
      expect(said).to.include(`${expressions.length} rules found`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("has a systemd unit that sets only variables the keeper knows, and waits longer than a stop takes", () => {
    const entries = read("milepost-keeper.service")
      .split("\n")
      .filter((line) => /^\w+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
    const all = (name: string) => entries.flatMap(([key, value]) => (key === name ? [value!] : []));
    const variables = [...FLAGS.map(({ name }) => variableOf(name)), WEBHOOK_SECRET];
    variables.push(NOTIFY_SECRET, SMTP_URL);
    for (const setting of all("Environment")) {
      expect(variables).to.include(setting.slice(0, setting.indexOf("=")));
    }
    const { bin } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    expect(all("ExecStart")).to.deep.equal([`/usr/bin/env ${Object.keys(bin)[0]}`]);
    expect(Number(all("TimeoutStopSec")[0])).to.be.greaterThan(25 + 3 * 2);
    // A flag, a file or a port that has to change first.
    expect(all("RestartPreventExitStatus")).to.deep.equal(["2"]);
  });
});
