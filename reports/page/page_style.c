/* Frame, style and script of the page. The script only adds: sorting by column and a filter. */
#include "reports/escape.h"
#include "reports/page/page.h"

const char attune_page_css[] =
    ":root{color-scheme:light "
    "dark;--fg:#1c1c1c;--bg:#fff;--dim:#5b5b5b;--line:#d9d9d9;--soft:#f5f5f2;"
    "--link:#0b5c94;--best:#7a3300}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6e6e6;--bg:#15171a;--dim:#a3a3a3;--line:#"
    "3a3d42;"
    "--soft:#1e2126;--link:#7cc0f0;--best:#f0b48c}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;max-width:76rem;padding:1.5rem;font:16px/1.5 "
    "system-ui,sans-serif;color:var(--fg);"
    "background:var(--bg)}\n"
    "h1{font-size:1.6rem;margin:0 0 .2rem}h2{font-size:1.2rem;margin:2.4rem 0 "
    ".6rem;border-bottom:1px solid "
    "var(--line);padding-bottom:.2rem}h3{font-size:1rem;margin:1.2rem 0 .3rem}\n"
    "a{color:var(--link)}p.lead{color:var(--dim);margin:.2rem 0 1rem}\n"
    "nav a{margin-right:1rem}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}\n"
    "caption{text-align:left;color:var(--dim);padding:.3rem 0;font-size:.88rem}\n"
    "th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);vertical-align:top}\n"
    "thead th{position:sticky;top:0;background:var(--bg);text-align:left;font-weight:600}\n"
    "th.n,td.n{text-align:right;white-space:nowrap}tbody th{text-align:left;font-weight:400}\n"
    "sup{line-height:0}tbody tr:hover{background:var(--soft)}\n"
    "td small,th small{color:var(--dim);font-size:.82em}td.best b{color:var(--best)}\n"
    "td.good{color:#1a7f37}td.bad{color:#c0341d}.note{color:var(--dim);font-size:.85rem;margin:."
    "2rem 0}\n"
    "thead button{all:unset;cursor:pointer;font:inherit;font-weight:600}thead "
    "button:focus-visible{outline:2px solid "
    "var(--link)}\n"
    "th[aria-sort=ascending] button::after{content:' \\25B4'}th[aria-sort=descending] "
    "button::after{content:' \\25BE'}\n"
    "input.filter{font:inherit;padding:.25rem .5rem;margin:.3rem 0;border:1px solid "
    "var(--line);background:var(--bg);color:var(--fg)}\n"
    "img{max-width:100%;height:auto;background:#fff;border-radius:4px}.figures{display:grid;gap:"
    "1rem;"
    "grid-template-columns:repeat(auto-fit,minmax(20rem,1fr))}\n"
    "ol.prompts{columns:22rem;padding-left:2.2rem}ol.prompts li{margin:.15rem "
    "0;break-inside:avoid}\n"
    "blockquote{margin:.5rem 0;padding:.4rem 1rem;border-left:4px solid "
    "var(--line);background:var(--soft)}\n"
    ".cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr))}\n"
    ".card{border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem}.card "
    "h3{margin:.1rem 0 .4rem;"
    "overflow-wrap:anywhere}\n"
    "audio{width:100%;height:2.2rem}dl{display:grid;grid-template-columns:max-content "
    "1fr;gap:.15rem 1rem;"
    "margin:.4rem 0;font-size:.9rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\n"
    "pre{background:var(--soft);padding:.7rem;overflow-x:auto;font-size:.85rem}\n";

const char attune_page_js[] =
    "'use strict';\n"
    "for(const table of document.querySelectorAll('table.sortable')){\n"
    " const body=table.tBodies[0],heads=[...table.tHead.rows[0].cells];\n"
    " heads.forEach((th,i)=>{\n"
    "  const b=document.createElement('button');b.type='button';\n"
    "  while(th.firstChild)b.append(th.firstChild);\n"
    "  th.append(b);\n"
    "  b.addEventListener('click',()=>{\n"
    "   const was=th.getAttribute('aria-sort');\n"
    "   const up=was?was==='descending':th.dataset.dir!=='up';\n"
    "   const key=r=>{const c=r.cells[i],v=c.dataset.v;return "
    "v===undefined?c.textContent.trim():Number(v)};\n"
    "   const rows=[...body.rows].sort((p,q)=>{\n"
    "    const x=key(p),y=key(q),n=typeof x==='number',m=typeof y==='number';\n"
    "    if(n!==m)return n?-1:1;\n"
    "    const d=n?x-y:x.localeCompare(y);\n"
    "    return up?d:-d});\n"
    "   heads.forEach(h=>h.removeAttribute('aria-sort'));\n"
    "   th.setAttribute('aria-sort',up?'ascending':'descending');\n"
    "   body.append(...rows)})});\n"
    " if(body.rows.length<9)continue;\n"
    " const f=document.createElement('input');f.className='filter';f.type='search';\n"
    " f.placeholder='filter rows';f.setAttribute('aria-label','filter rows');\n"
    " f.addEventListener('input',()=>{const t=f.value.toLowerCase();\n"
    "  for(const r of body.rows)r.hidden=!r.textContent.toLowerCase().includes(t)});\n"
    " table.parentElement.before(f)}\n";

void attune_page_begin(struct attune_buf *out, const char *title, const char *up)
{
    attune_buf_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                        "'none'; img-src 'self' data: "
                        "file:; media-src 'self' file:; style-src 'unsafe-inline'; script-src "
                        "'unsafe-inline'\">\n<title>");
    attune_escape_html(out, title);
    attune_buf_addf(out, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n");
    attune_buf_add(out, attune_page_css);
    attune_buf_addf(
        out,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">to the content</a>\n"
        "<nav aria-label=\"pages\"><a href=\"%sindex.html\">leaderboard</a><a "
        "href=\"%sindex.html#prompts\">prompts</a><a "
        "href=\"%sindex.html#provenance\">provenance</a>"
        "</nav>\n<main id=\"main\">\n",
        up, up, up);
}

void attune_page_end(struct attune_buf *out)
{
    attune_buf_add(out, "</main>\n<script>\n");
    attune_buf_add(out, attune_page_js);
    attune_buf_add(out, "</script>\n</body>\n</html>\n");
}
