/**
 * Imported before anything that makes a schema: zod would try to compile its parsers from strings, which the page's
 * security policy forbids and reports.
 */
import { config } from 'zod';

config({ jitless: true });
