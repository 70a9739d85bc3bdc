/// The look of the report, for screens of both kinds and for paper.
enum ReportStyle {
  static let css = """
    :root{color-scheme:light dark;--ink:#1f2328;--faint:#59636e;--line:#d1d9e0;--soft:#f6f8fa;
    --paper:#fff;--accent:#0072b2;--warn:#9a3412}
    @media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--faint:#9aa4ae;--line:#3a424b;
    --soft:#1b2026;--paper:#12161b;--accent:#6cb6f0;--warn:#f0a37a}
    figure svg{filter:invert(.93) hue-rotate(180deg)}
    figure.own svg{filter:none;background:#fff;border-radius:4px}}
    *{box-sizing:border-box}
    body{margin:0 auto;max-width:1230px;padding:2rem 1.5rem 4rem;background:var(--paper);
    color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
    h1{font-size:1.7rem;margin:0 0 .3rem}
    h2{font-size:1.25rem;margin:2.6rem 0 .6rem;padding-top:1rem;border-top:1px solid var(--line);
    overflow-wrap:anywhere}
    h3{font-size:1rem;margin:1.5rem 0 .4rem}
    p{margin:.4rem 0;max-width:75ch}
    .faint,figcaption,small{color:var(--faint)}
    .warn{color:var(--warn);font-weight:600}
    a{color:var(--accent)}
    .scroll{overflow-x:auto;margin:.5rem 0 1rem}
    table{border-collapse:collapse;font-size:.92rem}
    th,td{text-align:left;padding:.32rem .8rem .32rem 0;border-bottom:1px solid var(--line);
    vertical-align:top}
    thead th{border-bottom:2px solid var(--faint);font-weight:600;vertical-align:bottom}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    td.n+td.n,th.n+th.n{padding-left:.4rem}
    .interval{display:inline-block;min-width:5.8rem}
    table.results td:first-child{white-space:nowrap}
    table.results td:nth-child(2){min-width:6rem;max-width:16rem;overflow-wrap:break-word}
    table.results{font-size:.86rem}
    tr.part th{padding-top:1rem;color:var(--warn);font-weight:600}
    table.results td,table.results th{padding-right:.55rem}
    table.facts td{padding:.14rem .8rem .14rem 0}
    table.facts td:first-child{color:var(--faint);white-space:nowrap;padding-right:1.5rem}
    table.facts td{overflow-wrap:anywhere}
    figure{margin:.4rem 0;max-width:100%;overflow-x:auto}
    figure svg{display:block}
    figure svg.narrow{display:none;max-width:100%;height:auto}
    svg.shapes{position:absolute}
    figure image{image-rendering:pixelated}
    .pair{display:flex;flex-wrap:wrap;gap:.5rem 1.2rem;align-items:flex-start}
    .pair>*{min-width:0}
    .pair>figure{flex:0 0 auto;max-width:100%}
    .pair>div{flex:1 1 20rem}
    pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem;
    font:13px/1.45 ui-monospace,"DejaVu Sans Mono",monospace;white-space:pre-wrap;
    overflow-wrap:anywhere}
    summary{cursor:pointer;color:var(--accent);margin:.5rem 0}
    @media(max-width:700px){body{padding:1.2rem 1rem 3rem}
    figure svg.wide{display:none}
    figure svg.narrow{display:block}
    table{font-size:.82rem}
    th,td{padding-right:.35rem}
    td.n+td.n,th.n+th.n{padding-left:.1rem}
    table.cards{font-size:.92rem}
    table.cards,table.cards tbody,table.cards tr,table.cards td,table.cards th{display:block}
    table.cards thead{display:none}
    table.cards tr{padding:.5rem 0;border-bottom:2px solid var(--line)}
    table.cards td{overflow:hidden;overflow-wrap:anywhere;white-space:normal;text-align:right;border:0;
    padding:.1rem 0!important;max-width:none!important}
    table.cards td::before{content:attr(data-title);color:var(--faint);float:left;
    padding-right:1rem}
    thead .n{white-space:normal}
    .interval{min-width:0;padding-left:.4rem}}
    @media print{figure svg{max-width:100%;height:auto}
    :root{--ink:#000;--faint:#444;--line:#bbb;--soft:#fff;--paper:#fff;--accent:#000;
    --warn:#000}
    body{max-width:none;padding:0;font-size:10pt}
    figure svg{filter:none}
    h2,h3{break-after:avoid}
    figure,table,pre{break-inside:avoid}
    a{text-decoration:none}
    table.results{font-size:7.2pt}
    table.results td,table.results th{padding:.15rem .35rem .15rem 0}
    .interval{min-width:0;padding-left:.3rem}
    .scroll,figure{overflow:visible}}
    """
}
