/**
 * Draws the pictures of the desktop from `source/*.svg`: `node assets/icons/draw.mjs` (Chromium from ZIGGIE_TEST_BROWSER).
 *
 *   app.png            256 px, window and application
 *   tray/tray-*.png    each state at 16 px, and beside it at 20, 24 and 32 px (`@1.25x`, `@1.5x`, `@2x`, as Electron looks for them)
 *   taskbar/badge-*    the count over the taskbar's button, at the same sizes
 *   app.ico, ../installer/*.bmp   what Windows shows for the program, and the installer on its pages (windows-pictures.mjs)
 *
 * `node assets/icons/draw.mjs --sheet FILE` also writes a picture of all of them on light and dark, to be looked at;
 * those for Windows beside it as `windows-FILE`.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { drawWindowsPictures, windowsSheet } from './windows-pictures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const source = (name) => readFileSync(join(here, 'source', `${name}.svg`), 'utf8');

/** Size in pixels -> what Electron calls it. */
const scales = { 16: '', 20: '@1.25x', 24: '@1.5x', 32: '@2x' };

/** 3 x 5 pixels each: the only digits that stay readable in a badge of nine. */
const glyphs = {
  1: '.#.##..#..#.###',
  2: '###..#####..###',
  3: '###..####..####',
  4: '#.##.####..#..#',
  5: '####..###..####',
  6: '####..####.####',
  7: '###..#..#..#..#',
  8: '####.#####.####',
  9: '####.####..####',
  more: '....#.###.#....',
};
const amber = { disc: '#ffb900', ink: '#1b1a19' };
const red = { disc: '#d13438', ink: '#ffffff' };

/** State -> what it is made of. */
const states = {
  idle: { base: 'idle', badge: null },
  working: { base: 'working', badge: null },
  failed: { base: 'working', badge: { ...red, mark: cross } },
  ...Object.fromEntries(
    Object.keys(glyphs).map((digit) => [
      `needs-you-${digit}`,
      {
        base: 'working',
        badge: { ...amber, mark: (box, ink) => pixels(glyphs[digit], box, ink, box.size >= 24 ? 2 : 1) },
      },
    ]),
  ),
};

/** File without its ending -> disc and glyph. */
const badges = Object.fromEntries(
  Object.entries({ 'needs-you': amber, failed: red }).flatMap(([tone, colours]) =>
    Object.keys(glyphs).map((digit) => [`taskbar/badge-${tone}-${digit}`, { colours, glyph: glyphs[digit] }]),
  ),
);

/** The silhouette, and over its lower right corner the badge with a gap around it so that it stands off. */
function svg({ base, badge }, size) {
  const inner = source(base).replace(/<\/?svg[^>]*>/g, '');
  const radius = Math.ceil(size * 0.28 * 2) / 2;
  const box = { size, centre: size - radius, radius };
  const gap = Math.max(1, size / 20);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">
    <mask id="gap"><rect width="${size}" height="${size}" fill="#fff"/>
      ${badge ? `<circle cx="${box.centre}" cy="${box.centre}" r="${radius + gap}" fill="#000"/>` : ''}</mask>
    <g mask="url(#gap)"><g transform="scale(${size / 16})">${inner}</g></g>
    ${badge ? `<circle cx="${box.centre}" cy="${box.centre}" r="${radius}" fill="${badge.disc}"/>${badge.mark(box, badge.ink)}` : ''}
  </svg>`;
}

/** Windows lays it over the lower right corner of the taskbar's button, so it is nothing but the disc. */
function badgeSvg({ disc, ink }, glyph, size) {
  const mark = pixels(glyph, { centre: size / 2 }, ink, Math.floor(size / 8));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">
    <circle cx="${size / 2}" cy="${size / 2}" r="${size / 2}" fill="${disc}"/>${mark}
  </svg>`;
}

/** A glyph on whole pixels, so that it is not smeared at any size; `dot`: the size of one. */
function pixels(glyph, { centre }, ink, dot, columns = 3) {
  const left = Math.round(centre - (columns / 2) * dot);
  const top = Math.round(centre - 2.5 * dot);
  return [...glyph]
    .map((cell, index) =>
      cell === '#'
        ? `<rect x="${left + (index % columns) * dot}" y="${top + Math.floor(index / columns) * dot}" width="${dot}" height="${dot}" fill="${ink}" shape-rendering="crispEdges"/>`
        : '',
    )
    .join('');
}

/** At 16 px a smooth stroke is five grey specks, so there it is set pixel by pixel. */
const smallCross = '#...#.#.#...#...#.#.#...#';

function cross({ size, centre, radius }, ink) {
  if (size === 16) return pixels(smallCross, { centre }, ink, 1, 5);
  const arm = radius * 0.42;
  const [low, high] = [centre - arm, centre + arm];
  return `<path d="M${low} ${low}L${high} ${high}M${high} ${low}L${low} ${high}" stroke="${ink}" stroke-width="${size / 11}" stroke-linecap="round"/>`;
}

async function picture(page, markup, size, file) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>html,body{margin:0;background:transparent}svg{display:block}</style>${markup}`);
  await page.screenshot({ path: file, omitBackground: true });
}

/** All pictures at all sizes on both taskbars, at 100 % and magnified twice. */
function sheet() {
  const names = [...Object.keys(states).map((name) => `tray/tray-${name}`), ...Object.keys(badges)];
  const row = (size, zoom) =>
    names
      .map((name) => {
        const data = readFileSync(join(here, `${name}${scales[size]}.png`)).toString('base64');
        return `<img src="data:image/png;base64,${data}" width="${size * zoom}" height="${size * zoom}">`;
      })
      .join('');
  const rows = Object.keys(scales).flatMap((size) => [row(size, 1), row(size, 2)]);
  const panel = (colour) =>
    `<div style="background:${colour};padding:8px">${rows.map((cells) => `<p>${cells}</p>`).join('')}</div>`;
  return `<style>p{margin:6px;display:flex;gap:8px;align-items:center}img{image-rendering:pixelated}body{margin:0}</style>
    ${panel('#eeeeee')}${panel('#1c1c1c')}`;
}

const [first, second] = process.argv.slice(2);
const sheetFile = first === '--sheet' ? second : null;
const browser = await chromium.launch({
  executablePath: process.env.ZIGGIE_TEST_BROWSER ?? '/usr/bin/chromium',
  args: ['--disable-gpu'],
});
try {
  for (const folder of ['tray', 'taskbar']) mkdirSync(join(here, folder), { recursive: true });
  const page = await browser.newPage();
  for (const [name, state] of Object.entries(states)) {
    for (const [size, suffix] of Object.entries(scales)) {
      await picture(page, svg(state, Number(size)), Number(size), join(here, 'tray', `tray-${name}${suffix}.png`));
    }
  }
  for (const [name, { colours, glyph }] of Object.entries(badges)) {
    for (const [size, suffix] of Object.entries(scales)) {
      await picture(page, badgeSvg(colours, glyph, Number(size)), Number(size), join(here, `${name}${suffix}.png`));
    }
  }
  await picture(page, source('app').replace('<svg', '<svg width="256" height="256"'), 256, join(here, 'app.png'));
  await drawWindowsPictures(page);
  if (sheetFile) {
    await page.setViewportSize({ width: 2400, height: 600 });
    await page.setContent(sheet());
    await page.screenshot({ path: sheetFile, fullPage: true });
    await page.setContent(windowsSheet());
    await page.screenshot({ path: join(dirname(sheetFile), `windows-${basename(sheetFile)}`), fullPage: true });
  }
} finally {
  await browser.close();
}
