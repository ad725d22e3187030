/** `dialog` of the double: each message box waits until the test presses one of its buttons. */

interface OpenBox {
  readonly options: Electron.MessageBoxOptions;
  readonly answer: (response: number) => void;
}

class Dialog {
  readonly open: OpenBox[] = [];
  readonly errors: { readonly title: string; readonly content: string }[] = [];

  showMessageBox(...given: [Electron.BaseWindow, Electron.MessageBoxOptions] | [Electron.MessageBoxOptions]) {
    const options = given.length === 1 ? given[0] : given[1];
    return new Promise<Electron.MessageBoxReturnValue>((resolve) => {
      this.open.push({ options, answer: (response) => resolve({ response, checkboxChecked: false }) });
    });
  }

  showErrorBox(title: string, content: string): void {
    this.errors.push({ title, content });
    process.stderr.write(`${title}: ${content}\n`);
  }

  /** Presses the button of this label on the box that has been open longest. */
  press(label: string): void {
    const box = this.open[0];
    if (box === undefined) throw new Error(`No message box is open to press "${label}" on.`);
    const index = box.options.buttons?.indexOf(label) ?? -1;
    if (index < 0) throw new Error(`No button "${label}"; there are ${box.options.buttons?.join(', ')}.`);
    this.open.shift();
    box.answer(index);
  }
}

export const dialog = new Dialog();
