/** The story that the demonstration plays, told without a chain. */

interface Chapter {
  when: string;
  title: string;
  text: string;
}

const CHAPTERS: readonly Chapter[] = [
  {
    when: "Day 0",
    title: "The money is there",
    text: "Ada locks 300.00 USDC for the first part. Brook sees it in the vault and accepts the terms. From now on Ada cannot take it back alone.",
  },
  {
    when: "Day 3",
    title: "Brook delivers",
    text: "The hash of the delivery goes on chain. Ada has 7 days to look at it, and 5 of them to dispute it.",
  },
  {
    when: "Day 3 to 10",
    title: "Ada may act",
    text: "Ada approves, and Brook is paid immediately. If Ada disputes, the money is frozen until Brook delivers again or Carol, the mediator, divides it.",
  },
  {
    when: "Day 10",
    title: "Silence pays",
    text: "Ada says nothing. Her silence counts as approval: anyone may release the payment, and it can only go to Brook.",
  },
];

/** Renders the story as a timeline of four days. */
export function Story() {
  return (
    <ol className="home-story">
      {CHAPTERS.map(({ when, title, text }) => (
        <li key={when} className="stack-tight">
          <span className="home-story-when">{when}</span>
          <h3>{title}</h3>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
