/** A text that a user wrote: only ever text, with its web links marked as such. */
import { linkParts } from "../format/link-parts";

/** Renders a user's text with its line ends. A link shows its own URL, so that it cannot pretend to be another. */
export function UserText({ text }: { text: string }) {
  return (
    <p className="user-text">
      {linkParts(text).map((part, index) =>
        part.href === undefined ? (
          part.text
        ) : (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ),
      )}
    </p>
  );
}
