/** What a project may set. A command-line flag wins over it, it wins over the environment and built-in defaults. */
export interface RrConfig {
  /** Where platforms are installed; relative to the file. */
  prefix?: string | undefined;
  /** Downloads and build objects; relative to the file. */
  cache?: string | undefined;
  /** Where instances keep their state and logs; relative to the file. */
  state?: string | undefined;
  /** Parallel jobs of build-platform. */
  jobs?: number | undefined;
  bake: {
    /** Bake config for `rr run` of an unbaked program. */
    config?: string | undefined;
    /** A folder for the root file system; relative to the file. */
    rootfs?: string | undefined;
    /** A file that says what the image runs by itself; relative to the file. */
    rc?: string | undefined;
    /** Default environment of the program. */
    env?: Readonly<Record<string, string>> | undefined;
    /** Default arguments of the program. */
    args?: readonly string[] | undefined;
  };
  run: {
    /** Guest memory in MiB. */
    memory?: number | undefined;
    machine?: "microvm" | "q35" | "pc" | undefined;
    accel?: "auto" | "kvm" | "tcg" | undefined;
    /** Seconds after which the machine is ended. */
    timeout?: number | undefined;
    env?: Readonly<Record<string, string>> | undefined;
    /** Network cards, as --net has them. */
    net?: readonly string[] | undefined;
    /** Published ports, as --publish has them. */
    publish?: readonly string[] | undefined;
    /** Names, as --hostname, --dns, --dns-search and --add-host have them. */
    hostname?: string | undefined;
    dns?: readonly string[] | undefined;
    dnsSearch?: readonly string[] | undefined;
    addHosts?: readonly string[] | undefined;
    /** More arguments for QEMU, one per element. */
    qemuArgs?: readonly string[] | undefined;
    /** When an instance is started again, as --restart has it. */
    restart?: string | undefined;
    /** Most an instance's log takes on disk, MiB. */
    logSize?: number | undefined;
  };
}

/** Every key there is, for suggestions and for the test that docs/config.md is complete. */
export const CONFIG_KEYS: Readonly<Record<string, readonly string[]>> = {
  "": ["prefix", "cache", "state", "jobs", "bake", "run"],
  bake: ["config", "rootfs", "rc", "env", "args"],
  run: ["memory", "machine", "accel", "timeout", "env", "net", "publish", "hostname", "dns", "dnsSearch", "addHosts", "qemuArgs", "restart", "logSize"],
};
