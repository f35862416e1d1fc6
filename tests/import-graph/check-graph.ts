import type { ImportGraph } from "./read-graph";

/** Returns one shortest way from `start` back to `start`, or undefined where there is none. */
function circleThrough(edges: ImportGraph["edges"], start: string): string[] | undefined {
  const reachedFrom = new Map<string, string>();
  const queue = [start];
  for (const file of queue) {
    for (const target of edges.get(file) ?? []) {
      if (target === start) {
        const way = [start];
        for (let at = file; at !== start; at = reachedFrom.get(at)!) way.unshift(at);
        return [start, ...way];
      }
      if (reachedFrom.has(target)) continue;
      reachedFrom.set(target, file);
      queue.push(target);
    }
  }
  return undefined;
}

/** Returns the import circles, each as `a.ts -> b.ts -> a.ts`; a file is in one of them at most. */
export function findCircles({ edges }: ImportGraph): string[] {
  const seen = new Set<string>();
  const circles: string[] = [];
  for (const file of [...edges.keys()].sort()) {
    if (seen.has(file)) continue;
    const circle = circleThrough(edges, file);
    if (circle === undefined) continue;
    for (const member of circle) seen.add(member);
    circles.push(circle.join(" -> "));
  }
  return circles;
}

/**
 * Layers of files and folders in a package's `src`, lowest first. What is in a layer may import from it and from the
 * layers before it.
 */
export type Layers = readonly (readonly string[])[];

/** Returns the folder of a file in `src`, or the name of a file at the top of it. */
function roomOf(file: string, source: string): string {
  return file.slice(source.length + 1).split("/")[0]!;
}

/** Returns the imports from a lower layer into a higher one, and the files that no layer names. */
export function findBackArrows({ edges }: ImportGraph, source: string, layers: Layers): string[] {
  const rank = new Map(
    layers.flatMap((rooms, index) => rooms.map((room) => [room, index] as const)),
  );
  const findings: string[] = [];
  const isSource = (file: string) => file.startsWith(`${source}/`);
  for (const [file, targets] of edges) {
    if (!isSource(file)) continue;
    const from = roomOf(file, source);
    if (!rank.has(from)) findings.push(`${file} is in no layer`);
    for (const target of targets.filter(isSource)) {
      const to = roomOf(target, source);
      if (rank.get(to)! > rank.get(from)!) findings.push(`${file} -> ${target}`);
    }
  }
  return findings;
}

/** Returns the imports of packages that `declared` does not name. */
export function findUndeclared({ packages }: ImportGraph, declared: ReadonlySet<string>): string[] {
  return [...packages].flatMap(([file, names]) =>
    names
      .filter((name) => !name.startsWith("node:") && !declared.has(name))
      .map((name) => `${file} -> ${name}`),
  );
}
