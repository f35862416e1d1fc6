/** Script that each route loads, in bytes after gzip, from the manifest of a build. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** Most bytes of script before the first screen works. */
export const FIRST_LOAD_BUDGET = 200 * 1024;
/** Most bytes of script that a later route adds. */
export const LATER_ROUTE_BUDGET = 60 * 1024;

/** Bytes of one screen's script. */
export interface RouteBytes {
  screen: string;
  /** Everything that a visitor loads who opens this screen first. */
  first: number;
  /** What the screen adds for a visitor who comes from the first page with a connected wallet. */
  later: number;
}

interface Chunk {
  file: string;
  isEntry?: boolean;
  imports?: string[];
}

/** Screens that need neither the chain nor the gateway. */
const PLAIN = ["home", "settings"];
/** Lower part of the first page, whose upper part belongs to the entry. */
const HOME_DETAILS = "src/screens/home/home-details.tsx";

/**
 * Returns the bytes of each screen, by name. `directory` is a build with `--manifest`.
 * @example
 * readRouteBytes("app/dist"); // [{ screen: "create", first: 196_000, later: 19_000 }, ...]
 */
export function readRouteBytes(directory: string): RouteBytes[] {
  const manifest = JSON.parse(
    readFileSync(path.join(directory, ".vite/manifest.json"), "utf8"),
  ) as Record<string, Chunk>;
  const entry = Object.keys(manifest).filter((key) => manifest[key]!.isEntry);
  const scopes = ["src/wallet/chain-scope.tsx", "src/gateway/gateway-scope.tsx"];
  const bytes = (keys: Iterable<string>) => {
    const files = new Set([...keys].map((key) => manifest[key]!.file));
    return [...files].reduce((sum, file) => sum + gzipBytes(path.join(directory, file)), 0);
  };
  const shared = closure(manifest, [...entry, ...scopes]);
  return screens(manifest).map(({ screen, key }) => {
    const isPlain = PLAIN.includes(screen);
    const own = closure(manifest, [key]);
    return {
      screen,
      first: bytes(closure(manifest, isPlain ? [...entry, key] : [...entry, ...scopes, key])),
      later: bytes([...own].filter((chunk) => !shared.has(chunk))),
    };
  });
}

function screens(manifest: Readonly<Record<string, Chunk>>): { screen: string; key: string }[] {
  return Object.keys(manifest).flatMap((key) => {
    const [, folder, file] = /^src\/screens\/([^/]+)\/([^/]+)\.tsx$/.exec(key) ?? [];
    const isScreen = folder === file || key === HOME_DETAILS;
    return folder !== undefined && isScreen ? [{ screen: folder, key }] : [];
  });
}

/** Returns the chunks with everything that they import before they run. */
function closure(manifest: Readonly<Record<string, Chunk>>, keys: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting = [...keys];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    if (found.has(key)) continue;
    found.add(key);
    waiting.push(...(manifest[key]!.imports ?? []));
  }
  return found;
}

const gzipBytes = (file: string): number =>
  file.endsWith(".js") ? gzipSync(readFileSync(file), { level: 9 }).length : 0;

/** Returns the bytes of all scripts of a directory after gzip. */
export function scriptBytes(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: "utf8" }).reduce(
    (sum, name) => sum + gzipBytes(path.join(directory, name)),
    0,
  );
}
