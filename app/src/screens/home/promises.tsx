/** What Milepost guarantees, and what it does not. */
import { Card } from "../../components/card";
import { Icon } from "../../components/icon";

const GUARANTEES: readonly string[] = [
  "No API key can redirect money. Recipient, token, amounts and mediator are fixed on chain when the agreement is made.",
  "Money in a vault is out of the client's hands once the freelancer has accepted the terms.",
  "A client who stays silent pays: after the review time, anyone may release the payment to the freelancer.",
  "Work that is not delivered is not paid. After the due date and a grace period, the client takes the money back.",
  "A mediator can only divide a disputed milestone between the client and the freelancer. The mediator can never take it.",
  "Your wallet signs every step. This page shows what a transaction does before you sign it.",
];

const LIMITS: readonly string[] = [
  "Milepost does not judge the work. A hash proves which file was delivered, not that it is good.",
  "Without a vault the money stays in the client's wallet until each payment. They can spend it or withdraw the permission.",
  "A mediator's decision is final. Choose one that both of you trust.",
  "The issuer of a token can freeze accounts. No program can prevent that.",
  "A lost wallet key cannot be restored by us. We never have it.",
];

/** Renders guarantees and limits beside each other. */
export function Promises() {
  return (
    <div className="home-columns">
      <Card title="What it guarantees">
        <ul className="home-list">
          {GUARANTEES.map((text) => (
            <li key={text} data-kind="good">
              <Icon name="good" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title="What it does not">
        <ul className="home-list">
          {LIMITS.map((text) => (
            <li key={text} data-kind="limit">
              <Icon name="info" />
              <span>{text}</span>
            </li>
          ))}
        </ul>
      </Card>
    </div>
  );
}
