/** Everything that is checked on the Windows node.exe itself; bundled and run there. */
import './jobs.ts';
import './crashes.ts';
import './freezing.ts';
import './arguments.ts';
import './login.ts';
