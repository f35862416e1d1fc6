/** A secret that the gateway shows once. */
import { useState } from "react";
import { Button } from "../../components/button";
import { Dialog } from "../../components/dialog";
import { Notice } from "../../components/notice";

interface SecretOnceProps {
  title: string;
  /** Null where the answer was a replay, which has no secret. */
  secret: string | null;
  /** Where to put it. */
  hint: string;
  onClose(): void;
}

/** Renders the open dialog. It closes by its button alone, so that no stray click loses the secret. */
export function SecretOnce({ title, secret, hint, onClose }: SecretOnceProps) {
  const [copied, setCopied] = useState<boolean | null>(null);
  const copy = (text: string) =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  return (
    <Dialog title={title} isOpen isSticky onClose={onClose}>
      {secret === null ? (
        <Notice kind="warn" title="The secret was shown before">
          <p>The gateway shows it once, in the first answer. Roll it to get a new one.</p>
        </Notice>
      ) : (
        <>
          <p>{hint} The gateway does not show it again.</p>
          <output className="operator-secret mono" aria-label="Secret">
            {secret}
          </output>
          <div className="row">
            <Button onClick={() => void copy(secret)}>Copy</Button>
            <span role="status">
              {copied === true && "Copied."}
              {copied === false && "The browser refused. Select the text and copy it."}
            </span>
          </div>
        </>
      )}
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          I have stored it
        </Button>
      </div>
    </Dialog>
  );
}
