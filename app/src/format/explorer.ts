/** Links to the explorer that the page's settings name. */

/** Returns the explorer's link, or null where the settings name none or something other than http and https. */
export function explorerLink(
  template: string | null | undefined,
  kind: "tx" | "address",
  id: string,
): string | null {
  if (!template || !/^https?:\/\//.test(template)) return null;
  return template.replace("{kind}", kind).replace("{id}", encodeURIComponent(id));
}
