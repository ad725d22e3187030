/** The containers Windows wants pictures in: ICO (an icon at several sizes) and BMP (the installer's pages). */

/** Up to this size an icon is a bitmap, which the oldest readers know; larger ones are PNG, as Windows itself keeps them. */
const LARGEST_BITMAP = 64;

/**
 * @param {{ size: number, png: Buffer, rgba: Uint8Array }[]} pictures square, `rgba` row by row from the top
 * @returns {Buffer}
 */
export function ico(pictures) {
  const images = pictures.map(({ size, png, rgba }) => (size <= LARGEST_BITMAP ? bitmapOfIcon(size, rgba) : png));
  const head = Buffer.alloc(6);
  head.writeUInt16LE(1, 2); // An icon, not a cursor.
  head.writeUInt16LE(images.length, 4);
  let offset = head.length + 16 * images.length;
  const entries = images.map((image, index) => {
    const entry = Buffer.alloc(16);
    const size = pictures[index].size % 256; // 0 stands for 256.
    entry.writeUInt8(size, 0);
    entry.writeUInt8(size, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(image.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += image.length;
    return entry;
  });
  return Buffer.concat([head, ...entries, ...images]);
}

/** @param {number} width @param {number} height @param {Uint8Array} rgba @returns {Buffer} 24 bits, without transparency */
export function bmp(width, height, rgba) {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const head = Buffer.alloc(14);
  const pixels = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = ((height - 1 - y) * width + x) * 4;
      pixels.set([rgba[from + 2], rgba[from + 1], rgba[from]], y * stride + x * 3);
    }
  }
  const info = infoHeader(width, height, 24, pixels.length);
  head.write('BM', 'latin1');
  head.writeUInt32LE(head.length + info.length + pixels.length, 2);
  head.writeUInt32LE(head.length + info.length, 10);
  return Buffer.concat([head, info, pixels]);
}

/** Rows from the bottom, blue first, then a mask of one bit each for readers that do not know transparency. */
function bitmapOfIcon(size, rgba) {
  const maskStride = Math.ceil(size / 32) * 4;
  const pixels = Buffer.alloc(size * size * 4);
  const mask = Buffer.alloc(maskStride * size);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const [red, green, blue, alpha] = rgba.subarray(((size - 1 - y) * size + x) * 4);
      pixels.set([blue, green, red, alpha], (y * size + x) * 4);
      if (alpha < 128) mask[y * maskStride + (x >> 3)] |= 0x80 >> (x & 7);
    }
  }
  return Buffer.concat([infoHeader(size, size * 2, 32, pixels.length + mask.length), pixels, mask]);
}

function infoHeader(width, height, bits, length) {
  const info = Buffer.alloc(40);
  info.writeUInt32LE(40, 0);
  info.writeInt32LE(width, 4);
  info.writeInt32LE(height, 8);
  info.writeUInt16LE(1, 12);
  info.writeUInt16LE(bits, 14);
  info.writeUInt32LE(length, 20);
  return info;
}
