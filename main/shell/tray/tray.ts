/** Shows the tray model: the only place where the tray icon is made, changed and taken away. */
import { Tray, nativeImage } from 'electron';
import { isDeepStrictEqual } from 'node:util';
import { trayIconFile } from './icon-file.ts';
import type { TrayAction, TrayModel } from './model.ts';
import { trayMenu } from './menu.ts';

export interface TrayIconOptions {
  /** Folder of the tray's pictures. */
  readonly icons: string;
  /** What a click on the icon and each entry of the menu do. */
  readonly perform: (action: TrayAction) => void;
}

export interface TrayView {
  /** Brings the icon, tooltip and menu to this model; what is the same already is left alone, so an open menu stays open. */
  render(model: TrayModel): void;
  remove(): void;
}

export function trayView(options: TrayIconOptions, first: TrayModel): TrayView {
  const image = (model: TrayModel) => nativeImage.createFromPath(trayIconFile(options.icons, model));
  const tray = new Tray(image(first));
  const menu = trayMenu((built) => tray.setContextMenu(built), options.perform);
  let shown: TrayModel | null = null;

  const render = (model: TrayModel): void => {
    if (shown?.icon !== model.icon || shown.count !== model.count) tray.setImage(image(model));
    if (shown?.tooltip !== model.tooltip) tray.setToolTip(model.tooltip);
    if (!isDeepStrictEqual(shown?.menu, model.menu)) menu.set(model.menu);
    shown = model;
  };
  tray.on('click', () => options.perform({ type: 'open', place: null }));
  render(first);
  return { render, remove: () => tray.destroy() };
}
