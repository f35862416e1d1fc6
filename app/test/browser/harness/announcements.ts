/** What a screen reader says of itself: texts that come into live regions. */
import type { Page } from "playwright-core";

type WithSaid = typeof globalThis & { said: string[] };

/**
 * Records announcements from now on, and returns what reads them. A polite region counts only where it was there before its
 * text: screen readers miss one that comes with its text. Regions behind an open dialog are silent.
 */
export async function recordAnnouncements(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    const polite = "[role=status], [aria-live=polite]";
    const alert = "[role=alert], [aria-live=assertive]";
    const hear = (region: Element | null | undefined, added: ReadonlySet<Node>) => {
      const modal = document.querySelector("dialog:modal");
      if (!region?.isConnected || (modal && !modal.contains(region))) return;
      for (let at: Node | null = region; at; at = at.parentNode) if (added.has(at)) return;
      const text = (region as HTMLElement).innerText.trim();
      if (text !== "" && said.at(-1) !== text) said.push(text);
    };
    new MutationObserver((changes) => {
      const added = new Set(changes.flatMap(({ addedNodes }) => [...addedNodes]));
      for (const node of added) {
        if (!(node instanceof Element)) continue;
        const alerts = [...(node.matches(alert) ? [node] : []), ...node.querySelectorAll(alert)];
        for (const region of alerts) hear(region, new Set());
      }
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        hear(element?.closest(`${polite}, ${alert}`), added);
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as WithSaid).said);
}
