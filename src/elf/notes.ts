import { PT_NOTE } from "./constants.js";
import type { ElfFile } from "./read.js";

export interface Note {
  /** Without its terminating NUL. */
  name: string;
  type: number;
  desc: Buffer;
}

/**
 * The notes of all PT_NOTE segments, in order. A segment aligned to 8 pads to 8 (gABI), every other to 4 (what all tools
 * write). A note that does not fit its segment ends the walk of that segment: what precedes it counts.
 */
export function readNotes(elf: ElfFile): Note[] {
  const notes: Note[] = [];
  for (const segment of elf.segments.filter((each) => each.type === PT_NOTE)) {
    const data = elf.bytes.slice(segment.offset, segment.filesz, "a note segment");
    const align = segment.align === 8n ? 8 : 4;
    let at = 0;
    while (at + 12 <= data.length) {
      const nameSize = data.readUInt32LE(at);
      const descSize = data.readUInt32LE(at + 4);
      const desc = roundUp(at + 12 + nameSize, align);
      if (desc + descSize > data.length) {
        break;
      }
      const name = data.toString("latin1", at + 12, at + 12 + nameSize).replace(/\0+$/, "");
      notes.push({ name, type: data.readUInt32LE(at + 8), desc: data.subarray(desc, desc + descSize) });
      at = roundUp(desc + descSize, align);
    }
  }
  return notes;
}

/** One note as bytes, padded to 4. */
export function encodeNote(note: Note): Buffer {
  const nameSize = note.name.length + 1;
  const desc = roundUp(12 + nameSize, 4);
  const out = Buffer.alloc(roundUp(desc + note.desc.length, 4));
  out.writeUInt32LE(nameSize, 0);
  out.writeUInt32LE(note.desc.length, 4);
  out.writeUInt32LE(note.type, 8);
  out.write(note.name, 12, "latin1");
  note.desc.copy(out, desc);
  return out;
}

function roundUp(value: number, align: number): number {
  return Math.ceil(value / align) * align;
}
