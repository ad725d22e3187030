/** An agent's output made harmless for the terminal it is shown on. */

const escape = '\u001b';
/** Colours and other looks of text (SGR), complete, after the escape. */
const look = /^\[[0-9;:]*m/;
/** What may still become a look when more text comes. A look is short; more than this is something else. */
const unfinishedLook = /^(?:\[[0-9;:]{0,32})?$/;
const longestLook = 64;
const resetLook = `${escape}[0m`;

/**
 * Passes text, line ends, tabs and colours; every other control character is shown as its picture, so that an agent can
 * neither move the cursor over what was said before, nor set the title, nor type into the shell. Feed it pieces in order;
 * `end` gives back what was held and, after colours, the terminal's own look.
 */
export function createLogSanitiser() {
  const state = { held: '', coloured: false };
  return {
    feed(text: string): string {
      const all = state.held + text;
      const { done, rest } = sanitise(all, false);
      state.held = rest;
      state.coloured ||= done.includes(escape);
      return done;
    },
    end(): string {
      const { done } = sanitise(state.held, true);
      state.held = '';
      return `${done}${state.coloured ? resetLook : ''}`;
    },
  };
}

function sanitise(text: string, atEnd: boolean): { done: string; rest: string } {
  let done = '';
  let from = 0;
  const control = /(?![\n\t])\p{Cc}/gu;
  for (let match = control.exec(text); match !== null; match = control.exec(text)) {
    const at = match.index;
    const passed = passedControl(text, at);
    done += text.slice(from, at);
    if (passed === 'unfinished' && !atEnd) return { done, rest: text.slice(at) };
    const kept = passed === 'unfinished' ? undefined : passed?.text;
    done += kept ?? picture(text.charCodeAt(at));
    from = at + (kept?.length ?? 1);
    control.lastIndex = from;
  }
  return { done: done + text.slice(from), rest: '' };
}

/** `text`: passes as it is. `unfinished`: more text has to tell. */
type Passed = { readonly text: string } | 'unfinished' | null;

/** What begins at a control character and may pass; null: nothing may. */
function passedControl(text: string, at: number): Passed {
  const after = text.slice(at + 1, at + longestLook);
  switch (text.charAt(at)) {
    case '\r':
      return after === '' ? 'unfinished' : after.startsWith('\n') ? { text: '\r' } : null;
    case escape: {
      const found = look.exec(after);
      if (found !== null) return { text: `${escape}${found[0]}` };
      return unfinishedLook.test(after) ? 'unfinished' : null;
    }
    default:
      return null;
  }
}

/** U+2400 to U+241F picture the C0 controls; the C1 controls have none and look like what is unreadable. */
function picture(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}
