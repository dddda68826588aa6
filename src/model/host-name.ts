/** Names of hosts and domains: RFC 1123, section 2.1; labels as in RFC 1035, section 2.3.1, and may begin with a digit. */

/** One label: up to 63 letters, digits and dashes, no dash first or last. */
export function isHostLabel(text: string): boolean {
  return /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i.test(text);
}

/** Labels with dots between them, at most `most` characters: Linux keeps 64 of a host's own name, DNS 253. */
export function isHostName(text: string, most = 253): boolean {
  return text.length <= most && text.split(".").every(isHostLabel);
}

/** A host name from any text, as the guest makes one from its program's: other characters become dashes. "rr" when nothing is left. */
export function hostLabelFrom(text: string): string {
  const label = text.replaceAll(/[^a-z\d]/gi, "-").replace(/^-+/, "").slice(0, 63).replace(/-+$/, "");
  return label === "" ? "rr" : label;
}
