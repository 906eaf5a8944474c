namespace S390Sim.Cli.Output;

/// <summary>The style sheet of pages: light or dark as the reader's system is, colours that can be told apart on both.</summary>
internal static class PageStyle
{
    public const string Text = """

:root {
  color-scheme: light dark;
  --ground: #fbfaf8; --card: #ffffff; --ink: #1d1f24; --soft: #5b606b; --line: #e2dfd9; --good: #17683c; --bad: #a8231c;
  --c0: #2f6bb3; --c1: #c2571a; --c2: #2c8159; --c3: #8a4fa8; --c4: #a3781c; --c5: #b3446c; --c6: #4c7d86; --c7: #6d6f78;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14161a; --card: #1d2026; --ink: #eceae6; --soft: #a3a8b3; --line: #33373f; --good: #6fd19c; --bad: #ff9288;
    --c0: #7db0f0; --c1: #f09a5c; --c2: #6cc79a; --c3: #c898e6; --c4: #dcb75f; --c5: #ec8fb2; --c6: #8fc4ce; --c7: #b4b7c1;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .25rem; }
section p { margin: 0 0 1rem; color: var(--soft); max-width: 46rem; }
.kicker { margin: 0; color: var(--soft); letter-spacing: .08em; text-transform: uppercase; font-size: .8rem; }
.verdict { margin: 0; padding: .6rem .9rem; border-left: .3rem solid currentColor; background: var(--card); }
.same { color: var(--good); }
.differs { color: var(--bad); }
.legend { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: .75rem 2rem; margin: 1.75rem 0 0; }
.legend dt { font-weight: 600; }
.legend dd { margin: 0; color: var(--soft); font-size: .9rem; }
.swatch { display: inline-block; width: .8rem; height: .8rem; border-radius: .2rem; margin-right: .5rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 1rem; }
figure { margin: 0; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
figcaption strong { display: block; }
figcaption span { display: block; color: var(--soft); font-size: .85rem; line-height: 1.4; margin-bottom: .6rem; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, sans-serif; }
svg .name { fill: var(--soft); }
svg .value { font-variant-numeric: tabular-nums; }
.d0 { fill: var(--c0); background: var(--c0); }
.d1 { fill: var(--c1); background: var(--c1); }
.d2 { fill: var(--c2); background: var(--c2); }
.d3 { fill: var(--c3); background: var(--c3); }
.d4 { fill: var(--c4); background: var(--c4); }
.d5 { fill: var(--c5); background: var(--c5); }
.d6 { fill: var(--c6); background: var(--c6); }
.d7 { fill: var(--c7); background: var(--c7); }
.empty { fill: var(--line); }
section .zero { margin: .75rem 0 0; font-size: .9rem; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .6rem; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; padding: .75rem 1rem 0; color: var(--soft); }
th, td { padding: .4rem 1rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th[scope=row], thead th:first-child { text-align: left; font-weight: 500; }
td { font-variant-numeric: tabular-nums; }
tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }
@media print { body { background: none; } figure { break-inside: avoid; } }

""";
}
