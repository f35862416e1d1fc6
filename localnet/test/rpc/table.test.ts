import { expect } from "chai";
import { readFileSync } from "node:fs";
import path from "node:path";
import { METHODS } from "../../src/rpc/methods";
import { SUBSCRIPTION_METHODS } from "../../src/rpc/subscriptions";
import { CONTRACT } from "./contract";

const README = readFileSync(path.join(__dirname, "../../README.md"), "utf8");
const SUBSCRIPTIONS = readFileSync(path.join(__dirname, "subscriptions.test.ts"), "utf8");

/** Returns the methods in the first column of the table under a heading. */
function methodsUnder(heading: string): string[] {
  const [, section = ""] = README.split(`\n### ${heading}\n`);
  const rows = (section.split("\n#")[0] as string)
    .split("\n")
    .filter((row) => row.startsWith("| `"));
  return rows.flatMap((row) =>
    [...(row.split("|")[1] as string).matchAll(/`(\w+)`/g)].map(([, method]) => method as string),
  );
}

describe("localnet: the README's tables of methods", () => {
  const http = [...methodsUnder("HTTP"), ...methodsUnder("Its own")];

  it("name exactly the methods of the HTTP port", () => {
    expect(http).to.have.members(Object.keys(METHODS));
  });

  it("name exactly the methods of the websocket port", () => {
    expect(methodsUnder("Websocket")).to.have.members(SUBSCRIPTION_METHODS);
  });

  it("name no method twice", () => {
    const all = [...http, ...methodsUnder("Websocket")];
    expect(all).to.have.length(new Set(all).size);
  });

  it("match the contract's entries", () => {
    expect(Object.keys(CONTRACT)).to.have.members(http);
  });

  it("name only subscriptions that have a test", () => {
    const kinds = SUBSCRIPTION_METHODS.map((method) => method.replace(/(Uns|S)ubscribe$/, ""));
    const [, tested = ""] = /const PARAMS[^=]*= \{(.*?)\n {2}\};/s.exec(SUBSCRIPTIONS) ?? [];
    for (const kind of new Set(kinds)) expect(tested).to.match(new RegExp(`\\b${kind}:`));
  });
});
