/**
 * Renders every screen from one state of the sandbox into `docs/screens`, light and dark, wide and narrow.
 *
 * Usage: npm run screens --workspace app, or make screens
 */
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { buildPage } from "../test/browser/harness/build-page";
import { startGatewaySandbox } from "../test/browser/harness/gateway-sandbox";
import { prepareScreens, show } from "../test/browser/harness/screens";

const DIRECTORY = path.resolve(__dirname, "../../docs/screens");
/** The same for every run, so that addresses stay the same. */
const MASTER_KEY = "5c".repeat(32);
const SIZES = {
  wide: { width: 1280, height: 900 },
  narrow: { width: 360, height: 780 },
};

async function main(): Promise<void> {
  const sandbox = await startGatewaySandbox(await buildPage(), MASTER_KEY);
  try {
    const { screens } = await prepareScreens(sandbox);
    await rm(DIRECTORY, { recursive: true, force: true });
    await mkdir(DIRECTORY, { recursive: true });
    for (const screen of screens) {
      const page = await show(sandbox, screen);
      await page.evaluate("document.fonts.ready");
      for (const [size, viewport] of Object.entries(SIZES)) {
        await page.setViewportSize(viewport);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          const file = path.join(DIRECTORY, `${screen.name}-${colorScheme}-${size}.png`);
          await page.screenshot({ path: file });
        }
      }
      process.stdout.write(`${screen.name}\n`);
    }
  } finally {
    await sandbox.close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
