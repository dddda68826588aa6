import { RrError } from "../errors/rr-error.js";

/** The program. */
export const QEMU = "qemu-system-x86_64";

/** QEMU says this, and then leaves the guest stopped for ever. */
export const KVM_GAVE_UP = "KVM internal error";

/** Debian's package; other systems name it alike or by the program. */
export function qemuMissing(): RrError {
  return new RrError("QEMU_MISSING", `${QEMU} is not installed`, { hint: "install the package qemu-system-x86 (apt-get install qemu-system-x86)" });
}
