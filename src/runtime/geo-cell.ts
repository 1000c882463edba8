// A point's place on a Z-order curve over the globe, and the stretches of that curve that cover a box.
// Item locations carry the cell so that one index range finds those near a point (loaders/), and
// whoever writes an item location (commands, the seed) computes it here: one formula, both sides.
// Covering is generous: it may name cells outside the box, never miss one inside.

/** Bits per axis: 2^26 steps are 0.6 m of longitude at the equator; 52 bits stay a safe integer. */
const BITS_PER_AXIS = 26;
const STEPS = 2 ** BITS_PER_AXIS;

/** A box in degrees; `west` <= `east` (a box across the date line is given as two). */
export interface GeoBox {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

/** Cells from `low` to `high`, both included. */
export interface CellRange {
  readonly low: number;
  readonly high: number;
}

/** The cell of a point: a safe integer below 2^52. Longitude 180 and -180 are the same meridian. */
export function geoCell(lat: number, lng: number): number {
  return interleave(longitudeStep(lng === 180 ? -180 : lng), latitudeStep(lat));
}

/**
 * Ranges of cells that together cover every point of `box`, ascending, at most `countMax` of them.
 * Splits the quadrants that touch the box, coarse to fine, until one more level would exceed the count.
 */
export function cellRangesOf(box: GeoBox, countMax: number): CellRange[] {
  const target = {
    x0: longitudeStep(box.west),
    x1: longitudeStep(box.east),
    y0: latitudeStep(box.south),
    y1: latitudeStep(box.north),
  };
  let ranges = [{ low: 0, high: STEPS * STEPS - 1 }];
  let quadrants: Quadrant[] = [{ x: 0, y: 0 }];
  for (let size = STEPS / 2; size >= 1; size /= 2) {
    const finer = quadrants.flatMap((quadrant) => quartersTouching(quadrant, size, target));
    const finerRanges = mergedRanges(finer, size);
    if (finerRanges.length > countMax || finer.length > 4 * countMax) break;
    quadrants = finer;
    ranges = finerRanges;
  }
  return ranges;
}

interface Quadrant {
  readonly x: number;
  readonly y: number;
}

interface StepBox {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

function quartersTouching({ x, y }: Quadrant, size: number, box: StepBox): Quadrant[] {
  const quarters = [
    { x, y },
    { x: x + size, y },
    { x, y: y + size },
    { x: x + size, y: y + size },
  ];
  return quarters.filter(
    (quarter) => quarter.x <= box.x1 && quarter.x + size > box.x0 && quarter.y <= box.y1 && quarter.y + size > box.y0,
  );
}

/** A square of side `size` is one unbroken stretch of the curve; neighbours on it become one range. */
function mergedRanges(quadrants: readonly Quadrant[], size: number): CellRange[] {
  const lows = quadrants.map(({ x, y }) => interleave(x, y)).toSorted((a, b) => a - b);
  const ranges: { low: number; high: number }[] = [];
  for (const low of lows) {
    const last = ranges.at(-1);
    const high = low + size * size - 1;
    if (last !== undefined && last.high + 1 === low) last.high = high;
    else ranges.push({ low, high });
  }
  return ranges;
}

function longitudeStep(lng: number): number {
  return clampStep(Math.floor(((lng + 180) / 360) * STEPS));
}

function latitudeStep(lat: number): number {
  return clampStep(Math.floor(((lat + 90) / 180) * STEPS));
}

function clampStep(step: number): number {
  return Math.min(Math.max(step, 0), STEPS - 1);
}

/** Bits of x at even places, of y at odd ones, in two halves of 13 because bitwise operators hold 32 bits. */
function interleave(x: number, y: number): number {
  const low = spread(x & 0x1fff) + spread(y & 0x1fff) * 2;
  const high = spread(x >>> 13) + spread(y >>> 13) * 2;
  return high * 2 ** 26 + low;
}

/** Thirteen bits with a gap between each two: the classic "Part1By1" of Morton codes. */
function spread(bits: number): number {
  let spaced = bits;
  spaced = (spaced | (spaced << 8)) & 0x00ff00ff;
  spaced = (spaced | (spaced << 4)) & 0x0f0f0f0f;
  spaced = (spaced | (spaced << 2)) & 0x33333333;
  spaced = (spaced | (spaced << 1)) & 0x55555555;
  return spaced;
}
