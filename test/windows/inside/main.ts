/** Everything that is checked on the Windows node.exe itself; bundled into one file and run there. */
import './jobs.ts';
import './arguments.ts';
