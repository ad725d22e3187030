/**
 * docs/openapi.json as it stands in the repository, in the bundle. A test holds it against the document that the operations
 * and schemas make; making that anew would keep everybody waiting for a tenth of a second.
 */
// oxlint-disable-next-line typescript/triple-slash-reference -- whoever imports this file from another folder must know the type, too
/// <reference path="./raw-text.d.ts" />
import text from '../../../docs/openapi.json?raw';
import type { Document } from './document.ts';
import { referencePage } from './page.ts';

export const openApiText = text;

/** The same for people. Made at the first look. */
export const openApiPage = (): string => (page ??= referencePage(JSON.parse(text) as Document));
let page: string | null = null;
