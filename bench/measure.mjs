const TARGET_MS = 12;
const WARM_UP_ROUNDS = 15;

/**
 * Times contenders against each other: in every round each runs one batch, in an order that turns, and its median over the rounds counts.
 * A contender is `{ name, run(index), prepare?(count) }`; `run` may return a promise. Answers the microseconds of an operation
 * and the ratios between contenders.
 */
export async function measure(contenders, { rounds = 31 } = {}) {
  const sizes = new Map();
  for (const contender of contenders) sizes.set(contender.name, await calibrate(contender));
  const samples = new Map(contenders.map(({ name }) => [name, []]));
  // What V8 has not optimized yet is nobody's speed.
  for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + WARM_UP_ROUNDS + turn) % contenders.length];
      const micros = await batch(contender, sizes.get(contender.name));
      if (round >= 0) samples.get(contender.name).push(micros);
    }
  }
  return {
    names: [...samples.keys()],
    /** The median of a contender's rounds. */
    micros: (name) => median(samples.get(name)),
    /** The median of the rounds' ratios: what slows the machine for a while slows both. */
    ratio: (name, base) => median(samples.get(name).map((value, round) => value / samples.get(base)[round])),
  };
}

async function calibrate(contender) {
  let count = 16;
  for (;;) {
    const micros = await batch(contender, count);
    if (micros * count > TARGET_MS * 500 || count > 200_000)
      return Math.max(8, Math.round((TARGET_MS * 1000) / micros));
    count *= 2;
  }
}

async function batch(contender, count) {
  contender.prepare?.(count);
  const start = process.hrtime.bigint();
  if (contender.asynchronous) for (let index = 0; index < count; index++) await contender.run(index);
  else for (let index = 0; index < count; index++) contender.run(index);
  return Number(process.hrtime.bigint() - start) / 1000 / count;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Prints rows of cells in columns. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, column) =>
          column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]),
        )
        .join("  "),
    );
  }
}
