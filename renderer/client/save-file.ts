/** Hands a text to the browser as a download. */
export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; kept, it would stay in memory as long as the page.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
