// How the report looks: one column, system fonts, light or dark as the reader's system is.

export const pageStyle = `
:root { color-scheme: light dark; --back: #fdfdfb; --text: #1d2326; --quiet: #667077; --line: #dfe3e2; --good: #17784c; --bad: #b3261e;
  --server: #2f7f9e; --mysql: #d9a441; --satchel: #0a7d68; --textbook: #3d6bb3; --mercurius: #8a56a8; --rest: #c2681f; --naive: #8b9297; }
@media (prefers-color-scheme: dark) { :root { --back: #14181a; --text: #e4e8e8; --quiet: #98a3a8; --line: #2d3539; --good: #5ccb94; --bad: #ff8a80;
  --server: #56a8c9; --mysql: #e0b765; --satchel: #35c6a7; --textbook: #7da6e8; --mercurius: #c195de; --rest: #ea9a55; --naive: #8f999f; } }
body { margin: 0 auto; padding: 2rem 1.2rem 4rem; max-width: 52rem; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.6rem 0 .3rem; } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; font-weight: 600; }
p { margin: .4rem 0; } .quiet { color: var(--quiet); font-size: .9rem; }
.headline { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: .8rem; margin: 1.4rem 0 .6rem; }
.headline div { border: 1px solid var(--line); border-radius: .6rem; padding: .7rem .9rem; } .headline b { display: block; font-size: 1.5rem; line-height: 1.3; }
.headline span { color: var(--quiet); font-size: .85rem; }
svg { width: 100%; height: auto; margin: .6rem 0; } svg text { fill: var(--text); font-size: 13px; } svg text.ours { font-weight: 700; }
svg .tick { fill: var(--quiet); font-size: 12px; } svg .grid { stroke: var(--line); } svg polyline { fill: none; stroke-width: 2; } svg .name { font-size: 12.5px; stroke: none; }
svg rect { rx: 2; } svg rect.server { fill: var(--server); } svg rect.mysql { fill: var(--mysql); }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin: 0 .3em 0 .9em; } .key.server { background: var(--server); } .key.mysql { background: var(--mysql); }
${["satchel", "textbook", "mercurius", "rest", "naive"]
  .map(
    (name) =>
      `svg polyline.${name} { stroke: var(--${name}); } svg circle.${name}, svg rect.${name}, svg text.${name} { fill: var(--${name}); }`,
  )
  .join("\n")}
svg polyline.satchel { stroke-width: 3; } svg text.satchel { font-weight: 700; }
table { border-collapse: collapse; font-size: .88rem; width: 100%; } .wide { overflow-x: auto; }
th, td { padding: .3rem .55rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; } th:first-child, td:first-child { text-align: left; }
th { color: var(--quiet); font-weight: 500; } td.kept { color: var(--good); } td.broken { color: var(--bad); font-weight: 700; }
.budgets td:first-child { white-space: normal; } details { margin-top: 1rem; } summary { cursor: pointer; font-weight: 600; }
`;
