/** A button, and a link that looks like one. */
import type { AnchorHTMLAttributes, ButtonHTMLAttributes } from "react";
import { Link } from "wouter";
import { Spinner } from "./spinner";

/** Weight of a button: one primary per card, danger for what takes money back or freezes it. */
export type ButtonKind = "primary" | "normal" | "danger" | "quiet";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  /** True while its work runs: the button says so, keeps its focus and takes no second click. */
  isBusy?: boolean;
}

/** Renders a button that does not submit a form unless its type says so. */
export function Button({
  kind = "normal",
  isBusy = false,
  type = "button",
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      className="button"
      data-kind={kind}
      aria-disabled={isBusy || undefined}
      aria-busy={isBusy || undefined}
      onClick={(event) => {
        if (isBusy) event.preventDefault();
        else onClick?.(event);
      }}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  );
}

interface ButtonLinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  href: string;
  kind?: ButtonKind;
}

/** Renders a link within the page. */
export function ButtonLink({ kind = "normal", href, children, ...rest }: ButtonLinkProps) {
  return (
    <Link {...rest} href={href} className="button" data-kind={kind}>
      {children}
    </Link>
  );
}
