import { execFileSync } from "node:child_process";

/** The taps' network in the namespace: nothing in it reaches anything else. */
export const NAMESPACE = `rr-bench-${process.pid}`;

/** A guest's end of a tap, and the namespace's. */
export interface Tap {
  name: string;
  guestAddress: string;
}

const taps = new Map<string, Tap>();
let made = false;

/** Words in front of a command that is to run in the namespace. */
export const WITHIN: readonly string[] = ["ip", "netns", "exec", NAMESPACE];

/** The namespace, made when it is first wanted and removed when the process ends. Throws where that is not allowed. */
export function useNamespace(): void {
  if (made) {
    return;
  }
  ip(`netns add ${NAMESPACE}`);
  made = true;
  process.on("exit", () => {
    execFileSync("ip", ["netns", "del", NAMESPACE], { stdio: "ignore" });
  });
  ip(`-n ${NAMESPACE} link set lo up`);
}

/** A tap for the guest `name`, in a network of its own. */
export function useTap(name: string): Tap {
  useNamespace();
  const old = taps.get(name);
  if (old !== undefined) {
    return old;
  }
  const network = `10.77.${taps.size + 1}`;
  const tap = { name: `tap${taps.size + 1}`, guestAddress: `${network}.2` };
  ip(`-n ${NAMESPACE} tuntap add dev ${tap.name} mode tap vnet_hdr`);
  ip(`-n ${NAMESPACE} addr add ${network}.1/24 dev ${tap.name}`);
  ip(`-n ${NAMESPACE} link set ${tap.name} up`);
  taps.set(name, tap);
  return tap;
}

/** Tell the namespace a guest's card, so that its kernel need not ask while the guest is not there yet: it would ask again after a second only. */
export function setNeighbour(tap: Tap, mac: string): void {
  ip(`-n ${NAMESPACE} neigh replace ${tap.guestAddress} lladdr ${mac} dev ${tap.name} nud permanent`);
}

function ip(words: string): void {
  execFileSync("ip", words.split(" "), { stdio: ["ignore", "ignore", "inherit"] });
}
