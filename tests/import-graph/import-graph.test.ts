/** No import of a package's source leads in a circle, up a layer, or to a package that is not declared. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { findBackArrows, findCircles, findUndeclared, type Layers } from "./check-graph";
import { readImportGraph } from "./read-graph";

const ROOT = join(__dirname, "..", "..");

/** The packages, lowest first. A package may depend on those before it, as its package.json declares. */
const PACKAGES = ["sdk", "localnet", "database", "keeper", "gateway", "react", "kit", "app"];

interface Manifest {
  name: string;
  private?: boolean;
  workspaces?: string[];
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), "utf8")) as unknown;
const readManifest = (name: string) => readJson(join(name, "package.json")) as Manifest;

/** The private packages that a package's build bundles: it depends on them for development only. */
function bundledIn(name: string): Manifest[] {
  const { devDependencies = {} } = readManifest(name);
  return PACKAGES.map(readManifest).filter((one) => one.private && one.name in devDependencies);
}

function readSource(name: string): Map<string, string> {
  const files = readdirSync(join(ROOT, name, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `${name}/src/${file.replaceAll("\\", "/")}`)
    .filter((file) => /\.tsx?$/.test(file))
    .concat(`${name}/package.json`);
  return new Map(files.map((file) => [file, readFileSync(join(ROOT, file), "utf8")]));
}

/** Codama's modules import each other through their index files, functions and types only. */
const isRendered = (circle: string): boolean =>
  circle.split(" -> ").every((file) => file.startsWith("kit/src/generated/"));

describe("import graph", () => {
  it("has the order of every workspace", () => {
    const { workspaces = [] } = readJson("package.json") as Manifest;
    const withSource = workspaces.filter((name) => existsSync(join(ROOT, name, "src")));
    expect(PACKAGES).to.have.members(withSource);
  });

  it("has no dependency from a package on a later one", () => {
    const names = PACKAGES.map((name) => readManifest(name).name);
    PACKAGES.forEach((name, index) => {
      const { dependencies = {}, peerDependencies = {} } = readManifest(name);
      const declared = [
        ...Object.keys({ ...dependencies, ...peerDependencies }),
        ...bundledIn(name).map((bundled) => bundled.name),
      ];
      expect(
        declared.filter((dependency) => names.indexOf(dependency) >= index),
        name,
      ).to.deep.equal([]);
    });
  });

  it("has no published package that depends on a private one, and what a bundled one needs is declared", () => {
    const unpublished = PACKAGES.map(readManifest).filter((one) => one.private);
    expect(unpublished.map(({ name }) => name)).to.include("@milepost/database");
    for (const name of PACKAGES.filter((one) => !readManifest(one).private)) {
      const { dependencies = {} } = readManifest(name);
      for (const one of unpublished) expect(dependencies, name).to.not.have.property(one.name);
      for (const bundled of bundledIn(name)) {
        expect(dependencies, name).to.include(bundled.dependencies ?? {});
      }
    }
  });

  for (const name of PACKAGES) {
    describe(`of ${name}/src`, () => {
      const graph = readImportGraph(readSource(name));

      it("stays in the package's own source", () => {
        expect(graph.strays).to.deep.equal([]);
      });

      it("imports only packages that package.json declares", () => {
        const { dependencies = {}, peerDependencies = {} } = readManifest(name);
        const declared = new Set([
          ...Object.keys({ ...dependencies, ...peerDependencies }),
          ...bundledIn(name).map((bundled) => bundled.name),
        ]);
        expect(findUndeclared(graph, declared)).to.deep.equal([]);
      });

      it("has no circle", () => {
        expect(findCircles(graph).filter((circle) => !isRendered(circle))).to.deep.equal([]);
      });

      it("has no import from a lower layer into a higher one", () => {
        const layers = readJson(`tests/import-graph/${name}-layers.json`) as Layers;
        expect(findBackArrows(graph, `${name}/src`, layers)).to.deep.equal([]);
      });
    });
  }
});

describe("import graph checks", () => {
  const graphOf = (files: Record<string, string>) =>
    readImportGraph(new Map(Object.entries(files)));

  it("find a circle of types", () => {
    const graph = graphOf({
      "p/src/a.ts": 'import { b } from "./b";',
      "p/src/b.ts": 'export * from "./c";',
      "p/src/c.ts": 'import type { A } from "./a";',
      "p/src/d.ts": 'import { a } from "./a";',
    });
    expect(findCircles(graph)).to.deep.equal([
      "p/src/a.ts -> p/src/b.ts -> p/src/c.ts -> p/src/a.ts",
    ]);
  });

  it("find a circle through an index and a call of import()", () => {
    const graph = graphOf({
      "p/src/index.ts": 'export { a } from "./a";',
      "p/src/a.ts": 'const load = () => import("./deep/b");',
      "p/src/deep/b.ts": 'import { a } from "..";',
    });
    expect(findCircles(graph)).to.have.length(1);
  });

  it("find every one of two circles, and a file that imports itself", () => {
    const graph = graphOf({
      "p/src/a.ts": 'import { b } from "./b";',
      "p/src/b.ts": 'import { a } from "./a"; import { c } from "./c";',
      "p/src/c.ts": 'import { d } from "./d";',
      "p/src/d.ts": 'import { c } from "./c";',
      "p/src/e.ts": 'import { e } from "./e";',
    });
    expect(findCircles(graph)).to.have.length(3);
  });

  it("find no circle in a diamond, in comments or in texts", () => {
    const graph = graphOf({
      "p/src/a.ts": 'import { b } from "./b"; import { c } from "./c";',
      "p/src/b.ts": 'import { d } from "./d";',
      "p/src/c.ts": 'import { d } from "./d";',
      "p/src/d.ts": '/** import { a } from "./a"; */ const text = `import { a } from "./a";`;',
    });
    expect(findCircles(graph)).to.deep.equal([]);
  });

  it("find a back arrow, and a file in no layer", () => {
    const graph = graphOf({
      "p/src/index.ts": 'import { b } from "./high/b";',
      "p/src/high/b.ts": 'import { a } from "../low/a";',
      "p/src/low/a.ts": 'import type { Other } from "../high/other";',
      "p/src/high/other.ts": "",
      "p/src/new/c.ts": "",
    });
    expect(findBackArrows(graph, "p/src", [["low"], ["high"], ["index.ts"]])).to.deep.equal([
      "p/src/low/a.ts -> p/src/high/other.ts",
      "p/src/new/c.ts is in no layer",
    ]);
  });

  it("find an import that leaves the source", () => {
    const graph = graphOf({ "p/src/a.ts": 'import { x } from "../test/x";' });
    expect(graph.strays).to.deep.equal(["p/src/a.ts -> ../test/x"]);
  });

  it("find an undeclared package, also by a path into it", () => {
    const graph = graphOf({
      "p/src/a.ts":
        'import fs from "node:fs"; import x from "@scope/name/deep"; import y from "y";',
    });
    expect(findUndeclared(graph, new Set(["y"]))).to.deep.equal(["p/src/a.ts -> @scope/name"]);
  });
});
