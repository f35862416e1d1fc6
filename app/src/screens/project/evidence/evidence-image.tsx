/** A verified image, from a URL of the page's own memory. */
import { useState } from "react";
import type { EvidenceEntry } from "../rules/types";

/**
 * Renders an image that `mayShow` allowed. Its type is the checked one: the browser cannot take it for a document. Other bytes need
 * another `key`.
 */
export function EvidenceImage({ bytes, entry }: { bytes: Uint8Array; entry: EvidenceEntry }) {
  const [url] = useState(() =>
    URL.createObjectURL(new Blob([bytes as BlobPart], { type: entry.mediaType })),
  );
  const release = () => URL.revokeObjectURL(url);
  return (
    <img
      className="project-photo"
      src={url}
      alt={`Evidence ${entry.name}`}
      onLoad={release}
      onError={release}
    />
  );
}
