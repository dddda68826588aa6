import { callName, callNumber } from "../component/linux-calls.js";
import { PF_W, PF_X, SHF_EXECINSTR, SHF_WRITE, SHT_NOBITS } from "../elf/constants.js";
import type { ElfFile } from "../elf/read.js";
import { readSections, readSymbols } from "../elf/sections.js";
import { nearest, RrError } from "../errors/rr-error.js";
import type { ImageLayout } from "./layout.js";
import type { MapPiece } from "./link-map.js";
import type { LinkedLibos } from "./link.js";
import type { BakeDecision } from "./plan.js";
import { describeCall, type Program } from "./program.js";
import type { Sizes, WhyChain, WhyReport } from "./types.js";
import { referenceGraph, shortestWay, type ReferenceGraph } from "./why-libos.js";
import { chainTo, shortMember } from "./why-program.js";

type Link = WhyChain["links"][number];

/**
 * Where an image's bytes come from and, for a `question` (a component, a call, or a symbol of the libOS or a program),
 * what pulled it in. `linked` must come from an explaining link. Throws WHY_UNKNOWN for a name that is nowhere.
 */
export function explain(decision: BakeDecision, linked: LinkedLibos, layout: ImageLayout, question: string | undefined): WhyReport {
  const graph = referenceGraph(linked.elf, linked.map ?? "");
  const components = componentSizes(linked.elf, graph.pieces);
  const programs = decision.programs.map((program) => ({ name: program.name, ...withTotal(programSizes(program)) }));
  const rootfs = decision.rootfs?.size ?? 0;
  const named = [...components, ...programs].reduce((sum, { total, bss }) => sum + total - bss, 0);
  return {
    image: layout.size,
    components,
    programs,
    rootfs,
    // Zeros at the end of data are counted with their owner though they are not in the file.
    other: Math.max(0, layout.size - named - rootfs),
    ...(question === undefined ? {} : { chain: { question, links: answer(question, decision, graph) } }),
  };
}

function componentSizes(elf: ElfFile, pieces: readonly MapPiece[]): WhyReport["components"] {
  const sections = readSections(elf).filter(({ addr }) => addr !== 0n);
  const byComponent = new Map<string, Sizes>();
  for (const { addr, size, component } of pieces) {
    const home = sections.find((section) => addr >= section.addr && addr < section.addr + BigInt(section.size));
    if (home === undefined) {
      // Debug information: in the map with its place in its own section, but in no image.
      continue;
    }
    const sizes = byComponent.get(component) ?? { code: 0, rodata: 0, data: 0, bss: 0 };
    byComponent.set(component, sizes);
    sizes[kindOf(home.type === SHT_NOBITS, Number(home.flags), SHF_EXECINSTR, SHF_WRITE)] += size;
  }
  return [...byComponent]
    .map(([name, sizes]) => ({ name, ...withTotal(sizes) }))
    .sort((a, b) => b.total - a.total || (a.name < b.name ? -1 : 1));
}

function kindOf(noBits: boolean, flags: number, exec: number, write: number): keyof Sizes {
  return noBits ? "bss" : (flags & exec) !== 0 ? "code" : (flags & write) !== 0 ? "data" : "rodata";
}

function programSizes({ segments }: Program): Sizes {
  const sizes: Sizes = { code: 0, rodata: 0, data: 0, bss: 0 };
  for (const { flags, filesz, memsz } of segments) {
    sizes[kindOf(false, flags, PF_X, PF_W)] += filesz;
    sizes.bss += memsz - filesz;
  }
  return sizes;
}

function withTotal(sizes: Sizes): Sizes & { total: number } {
  return { ...sizes, total: sizes.code + sizes.rodata + sizes.data + sizes.bss };
}

/** A name may mean several things; what is most specific to rr wins: component, program, call, libOS symbol, program symbol. */
function answer(question: string, decision: BakeDecision, graph: ReferenceGraph): Link[] {
  const component = decision.plan.components.find(({ name }) => name === question);
  const n = callNumber(question);
  const links =
    (component && componentChain(component.name, decision, graph)) ??
    programLinks(question, decision.plan) ??
    (n === undefined ? undefined : callChain(n, decision, graph)) ??
    libosChain(graph.withSymbol(question), decision, graph) ??
    programSymbolChain(question, decision.programs);
  if (links !== undefined) {
    return links;
  }
  if (n !== undefined) {
    throw new RrError("WHY_UNKNOWN", `no program in this image can call ${describeCall(n)}`, { hint: "rr bake -n shows the calls of each program" });
  }
  const known = [...decision.plan.components.map(({ name }) => name), ...graph.symbolNames(), ...programNames(decision.programs)];
  const near = nearest(question, known);
  throw new RrError("WHY_UNKNOWN", `nothing in this image is called "${question}"`, {
    hint: near === undefined ? "--why without a name lists the components; what is not in the image needs no reason" : `did you mean "${near}"?`,
  });
}

/** Why program `name` is in the image, and which calls are there for it alone. */
function programLinks(name: string, { programs }: BakeDecision["plan"]): Link[] | undefined {
  const program = programs.find((each) => each.name === name);
  if (program === undefined) {
    return undefined;
  }
  const others = new Set(programs.filter((each) => each !== program).flatMap(({ calls }) => calls.map(({ n }) => n)));
  const alone = program.calls.filter(({ n, component }) => component !== undefined && !others.has(n));
  return [
    { what: name, in: program.own === true ? "added by bake, to run the others" : "given to bake" },
    ...alone.map((call) => ({ what: describeCall(call.n), in: call.component ?? "", via: "calls no other program makes" })),
  ];
}

/** By references when code of the component is in the image, else by the needs of the manifests. */
function componentChain(name: string, decision: BakeDecision, graph: ReferenceGraph): Link[] {
  const pieces = graph.pieces.filter(({ component }) => component === name);
  return libosChain(pieces, decision, graph) ?? needsChain(name, decision.plan);
}

function needsChain(name: string, plan: BakeDecision["plan"]): Link[] {
  const because = plan.components.find((each) => each.name === name)?.because ?? "";
  const above = /^(?:needed|wanted) by (.+)$/.exec(because)?.[1];
  return above === undefined ? [{ what: name, in: because }] : [...needsChain(above, plan), { what: name, in: because }];
}

function callChain(n: number, decision: BakeDecision, graph: ReferenceGraph): Link[] | undefined {
  const stub = decision.programs.flatMap((program) => program.stubs.map((each) => ({ program, stub: each }))).find((each) => each.stub.n === n);
  if (stub === undefined) {
    return undefined;
  }
  const handlers = graph.withSymbol(`rr_sys_${callName(n)}`);
  return libosChain(handlers, decision, graph) ?? stubChain(stub.program, n);
}

/** From a root of the link (an entry that a stub jumps to, an init function, the start) down to one of `targets`. */
function libosChain(targets: readonly MapPiece[], decision: BakeDecision, graph: ReferenceGraph): Link[] | undefined {
  if (targets.length === 0) {
    return undefined;
  }
  const roots = rootReasons(decision, graph);
  const way = shortestWay(graph, [...roots.keys()], targets);
  if (way === undefined) {
    return [{ what: graph.nameOf(targets[0] as MapPiece), in: targets[0]?.component ?? "", via: "kept by libos.ld" }];
  }
  return [...(roots.get(way[0] as MapPiece)?.() ?? []), ...way.map((piece) => ({ what: graph.nameOf(piece), in: piece.component }))];
}

/** The pieces the link starts from, each with how to explain it. */
function rootReasons({ programs, plan, entrySymbol }: BakeDecision, graph: ReferenceGraph): Map<MapPiece, () => Link[]> {
  const roots = new Map<MapPiece, () => Link[]>();
  const add = (symbol: string, reason: () => Link[]): void => {
    graph.withSymbol(symbol).filter((piece) => !roots.has(piece)).forEach((piece) => roots.set(piece, reason));
  };
  for (const program of programs) {
    program.stubs.forEach((stub) => add(entrySymbol(stub), () => stubChain(program, stub.n)));
  }
  for (const { name, init, because } of plan.components) {
    if (init !== undefined) {
      add(init, () => [{ what: `initialisation of ${name}`, in: because }]);
    }
  }
  add("rr_start", () => [{ what: "boot", in: "every image" }]);
  return roots;
}

/** In the program: from the object that started it down to the stub of call `n`. */
function stubChain(program: Program, n: number): Link[] {
  return [...memberLinks(program, `__rr_sys_${n}`), { what: describeCall(n), in: program.name, via: "system call" }];
}

function memberLinks(program: Program, symbol: string): Link[] {
  return chainTo(program.why, symbol).reverse().map((line) => ({ what: line.symbol, in: program.name, via: shortMember(line.from) }));
}

function programSymbolChain(question: string, programs: readonly Program[]): Link[] | undefined {
  for (const program of programs) {
    const line = program.why.find(({ member, symbol }) => symbol === question || shortMember(member) === question || member.endsWith(`(${question})`));
    if (line !== undefined) {
      return memberLinks(program, line.symbol);
    }
    if (readSymbols(program.elf, readSections(program.elf)).some(({ name, section }) => name === question && section !== 0)) {
      return [{ what: question, in: program.name, via: "defined by an object of the program itself, or by a member taken for another symbol" }];
    }
  }
  return undefined;
}

function programNames(programs: readonly Program[]): string[] {
  return programs.flatMap(({ why }) => why.map(({ symbol }) => symbol));
}
