/**
 * The look of the page: the reader's own font, light or dark as the system says, from the width of a phone on. Every
 * pair of colours that stands for text has a contrast of at least 4.5.
 */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--box:#f6f8fa;--link:#0550ae;
--bad:#a40e26;--bad-bg:#ffebe9;--good:#116329;--warn:#7a4b00;--plot-1:#0969da;--plot-2:#1a7f37;--plot-3:#cf222e}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9da7b3;--line:#30363d;--box:#161b22;--link:#79c0ff;
--bad:#ff9a94;--bad-bg:#2a1214;--good:#6fdd8b;--warn:#e3b341;--plot-1:#58a6ff;--plot-2:#56d364;--plot-3:#ff7b72}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:1560px;margin:0 auto;padding:0 16px}
h1{font-size:1.5rem;margin:16px 0 4px}h2{font-size:1.2rem;margin:32px 0 8px}h3{font-size:1rem;margin:16px 0 6px}
a{color:var(--link)}:focus-visible{outline:3px solid var(--link);outline-offset:2px}
p{margin:4px 0}small,.soft{color:var(--soft);font-size:.875rem}
.facts{display:flex;flex-wrap:wrap;gap:4px 24px;margin:8px 0;padding:0;list-style:none}
form{margin:12px 0}label{font-weight:600}
input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--soft);border-radius:6px;padding:6px 10px;width:min(28rem,100%)}
.scroll{overflow-x:auto;position:relative}table{border-collapse:collapse}
th,td{text-align:left;vertical-align:top;padding:3px 10px 3px 0;font-weight:400;overflow-wrap:break-word}
thead th{color:var(--soft);font-size:.875rem}
.strip th,.strip td{border:1px solid var(--line);padding:4px 6px;text-align:center;white-space:nowrap;font-size:.875rem}
.strip tbody th{text-align:left;position:sticky;left:0;background:var(--bg);background-clip:padding-box;min-width:6.5rem;max-width:11rem;white-space:normal;overflow-wrap:break-word}
@media (max-width:40rem){.strip tr>:nth-child(n+2):nth-child(-n+6){display:none}}
.strip .now{background:var(--box);font-weight:700}.strip td a{display:block;text-decoration:none;min-width:1.5em}
.strip .bad a{color:var(--bad);font-weight:700}
.cards{list-style:none;margin:0;padding:0;display:grid;gap:8px;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr))}
.cards li{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:6px;padding:6px 10px}
.cards b,.item h3{unicode-bidi:isolate}.cards b{display:block}.cards small{display:block}
.cards .failed{border-left-color:var(--bad)}.failed i{color:var(--bad)}.cards .stands{border-left-color:var(--good)}.stands i{color:var(--good)}
.unpriced i,.accepted i,.service i{color:var(--warn)}.cards i{font-style:normal;font-weight:600}
.item{border:1px solid var(--line);border-left:4px solid var(--bad);border-radius:6px;padding:8px 12px;min-width:0}
.items{display:grid;gap:12px;align-items:start;grid-template-columns:repeat(auto-fill,minmax(min(36rem,100%),1fr))}
.item h3{margin:0}.item p{max-width:80ch}.item table{margin:8px 0;font-size:.9375rem}.item tbody tr{border-top:1px solid var(--line)}
code{font:.9375rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{margin:4px 0;padding:8px 10px;background:var(--box);border:1px solid var(--line);border-radius:6px;overflow-x:auto}
.plots{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(22rem,100%),1fr))}
figure{margin:0;max-width:34rem}figcaption{font-weight:600;font-size:.9375rem}
svg.plot{display:block;width:100%;height:auto;color:var(--fg);font-size:11px}
.k1,.k2,.k3{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 4px 0 8px}
.k1{background:var(--plot-1)}.k2{background:var(--plot-2)}.k3{background:var(--plot-3)}
details table{font-size:.875rem}summary{cursor:pointer;margin:8px 0}
.word{white-space:nowrap}.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
[hidden]{display:none!important}
footer{margin:32px auto;color:var(--soft);font-size:.875rem}
@media print{:root{--bg:#fff;--fg:#000;--soft:#444;--line:#999;--box:#fff;--link:#000;--bad:#900;--bad-bg:#fff;--good:#060;--warn:#630}
body{font-size:10pt}form,.noprint{display:none}.item,.cards li,figure{break-inside:avoid}
pre{white-space:pre-wrap;overflow:visible}.scroll{overflow:visible}.cards{grid-template-columns:1fr 1fr}a{text-decoration:none}}
`.trim();

/** Finds events as somebody types. Without it the page is the same, but for the field. */
export const SCRIPT = `
(()=>{const form=document.querySelector('form');const field=form.querySelector('input');const told=form.querySelector('[role=status]');
const all=[...document.querySelectorAll('.cards li,.item')];const texts=all.map(e=>e.textContent.toLowerCase());
const groups=[...document.querySelectorAll('section.day')];form.hidden=false;
form.addEventListener('submit',e=>e.preventDefault());
field.addEventListener('input',()=>{const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);let n=0;
all.forEach((e,i)=>{const shows=words.every(w=>texts[i].includes(w));e.hidden=!shows;if(shows)n++});
groups.forEach(g=>{g.hidden=!g.querySelector('li:not([hidden])')});
told.textContent=words.length?n+' found':''})})()
`.trim();
