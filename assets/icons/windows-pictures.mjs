/** The pictures of the Windows product: the application's icon at every size, and the installer's pages. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bmp, ico } from './containers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const installer = join(here, '..', 'installer');

/** Taskbar and title bar at 100 to 250 %, lists, tiles. Below 40 px the drawing with whole pixels is used. */
const iconSizes = [16, 20, 24, 32, 40, 48, 64, 128, 256];
const SMALLEST_DETAILED = 40;

/** What the pages of the assisted installer show: its first and last page, and the head of those between. */
const pages = { sidebar: [164, 314], header: [150, 57] };

const appSource = (size) =>
  readFileSync(join(here, 'source', size < SMALLEST_DETAILED ? 'app-small.svg' : 'app.svg'), 'utf8');
const pageSource = (name) => readFileSync(join(installer, 'source', `${name}.svg`), 'utf8');

/** @param {import('playwright').Page} page */
export async function drawWindowsPictures(page) {
  const pictures = [];
  for (const size of iconSizes) pictures.push({ size, ...(await drawn(page, appSource(size), size, size)) });
  writeFileSync(join(here, 'app.ico'), ico(pictures));
  for (const [name, [width, height]] of Object.entries(pages)) {
    const { rgba } = await drawn(page, pageSource(name), width, height);
    writeFileSync(join(installer, `${name}.bmp`), bmp(width, height, rgba));
  }
}

/** A page that shows the files as they were written, at 100 % and magnified, on light and dark. */
export function windowsSheet() {
  const data = (file, type) => `data:${type};base64,${readFileSync(file).toString('base64')}`;
  const icon = readFileSync(join(here, 'app.ico'));
  const icons = iconSizes.map((size, index) => {
    // An icon file with this one entry, so that the browser shows exactly it.
    const entry = Buffer.from(icon.subarray(6 + index * 16, 22 + index * 16));
    const image = icon.subarray(entry.readUInt32LE(12), entry.readUInt32LE(12) + entry.readUInt32LE(8));
    entry.writeUInt32LE(22, 12);
    const single = Buffer.concat([Buffer.from([0, 0, 1, 0, 1, 0]), entry, image]).toString('base64');
    const zoomed = size < 64 ? `<img src="data:image/x-icon;base64,${single}" width="${size * 3}">` : '';
    return `<img src="data:image/x-icon;base64,${single}" width="${size}">${zoomed}`;
  });
  const bitmaps = Object.keys(pages).map(
    (name) => `<img src="${data(join(installer, `${name}.bmp`), 'image/bmp')}" style="border:1px solid #888">`,
  );
  return `<style>body{margin:0}div{display:flex;flex-wrap:wrap;gap:12px;align-items:end;padding:12px}img{image-rendering:pixelated}</style>
    ${['#f3f3f3', '#202020'].map((colour) => `<div style="background:${colour}">${icons.join('')}</div>`).join('')}
    <div style="background:#fff">${bitmaps.join('')}</div>`;
}

/** @returns {Promise<{ png: Buffer, rgba: Uint8Array }>} */
async function drawn(page, markup, width, height) {
  const sized = markup.replace('<svg', `<svg width="${width}" height="${height}"`);
  await page.setViewportSize({ width, height });
  await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block}</style>${sized}`);
  const png = await page.screenshot({ omitBackground: true });
  const values = await page.evaluate(
    async (source) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      return [...context.getImageData(0, 0, image.width, image.height).data];
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  return { png, rgba: Uint8Array.from(values) };
}
