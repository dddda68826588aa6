import { type Command, Option } from "commander";
import { RrError } from "../errors/rr-error.js";
import { repeated } from "./arguments.js";

/** Flags of Rumprun's launcher behind the platform's name that rr cannot serve yet, and what they would do. */
const NOT_YET = [
  { flags: "-b, --block <device>", what: "block devices" },
] as const;

/** Add the flags people know from Rumprun's launcher: each either works or says that it does not yet. */
export function addRumprunFlags(qemu: Command): void {
  qemu.option("-d, --destroy", "destroy the machine on power-off, which is what always happens");
  qemu.option("-I, --interface <interface>", "a network card, as Rumprun has it: TAG,vioif[,BACKEND]; BACKEND as --net, or for QEMU: '-net tap,ifname=t0' (repeatable)", repeated);
  qemu.option("-W, --write-address <address>", "its address: TAG,inet,dhcp or TAG,inet,static,ADDRESS/BITS[,GATEWAY] or TAG,inet6,auto or TAG,inet6,static,...; TAG of -I, or eth0, ... (repeatable)", repeated);
  for (const { flags, what } of NOT_YET) {
    qemu.addOption(new Option(flags, `not yet: ${what}`).hideHelp().argParser(() => notYet(flags, what)));
  }
}

/** Rumprun's flags in front of the platform's name. */
export function addRumprunGlobalFlags(run: Command): void {
  const ignored = "as in Rumprun; not needed by rr, ignored";
  run.addOption(new Option("-S, --sudo", ignored).hideHelp());
  run.addOption(new Option("-T, --temporary <directory>", ignored).hideHelp());
  run.addOption(new Option("-D, --dump-commands", "not yet").hideHelp());
  run.on("option:dump-commands", () => notYet("-D in front of qemu", "showing the commands"));
}

function notYet(flag: string, what: string): never {
  throw new RrError("NOT_YET", `rr has no counterpart for Rumprun's ${flag} yet: ${what}`, { hint: "leave it out; rr run qemu --help shows what there is", exitCode: 2 });
}
