import type { ProcessIdentity } from "../process/identity.js";

/** A private network: machines of one user on one host that reach each other, and nobody else, by name. */
export interface PrivateNetwork {
  name: string;
  /** "10.88.0.0/24" */
  subnet: string;
  /** Those that run. */
  members: readonly Member[];
}

export interface Member {
  /** A host name of one label, in lower case; unique in its network. */
  name: string;
  address: string;
  mac: string;
  /** The rr that runs the machine: its member as long as it lives. */
  process: ProcessIdentity;
}
