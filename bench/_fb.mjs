import { runnerImport } from 'vite';
const { module: m } = await runnerImport(new URL('../main/coordinator/ledger/restore.ts', import.meta.url).pathname, { logLevel: 'error', configFile: false });
const { module: f } = await runnerImport(new URL('../protocol/fleet.ts', import.meta.url).pathname, { logLevel: 'error', configFile: false });
const inspector = await import('node:inspector'); const s = new inspector.Session(); s.connect();
const post = (k, a) => new Promise((ok, no) => s.post(k, a, (e, r) => (e ? no(e) : ok(r))));
if (process.argv[2]) { await post('Profiler.enable'); await post('Profiler.setSamplingInterval', { interval: 200 }); await post('Profiler.start'); }
const t = performance.now(); const r = m.restore('/tmp/rroot/journal', f.emptyFleet); console.log('cold', (performance.now() - t).toFixed(0), r.fleet.agents.size, r.fleet.seq);
if (process.argv[2]) { const { profile } = await post('Profiler.stop'); (await import('node:fs')).writeFileSync('/tmp/prof/fold.json', JSON.stringify(profile)); }
const t2 = performance.now(); m.restore('/tmp/rroot/journal', f.emptyFleet); console.log('warm', (performance.now() - t2).toFixed(0));
