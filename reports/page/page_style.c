/* Frame, style and script of the page. The script only adds: sorting by column and a filter. */
#include "reports/escape.h"
#include "reports/page/page.h"

const char attune_page_css[] =
    ":root{color-scheme:light "
    "dark;--fg:#1c1c1c;--bg:#fff;--dim:#5b5b5b;--line:#d9d9d9;--soft:#f5f5f2;"
    "--link:#0b5c94;--best:#7a3300;--good:#1a7f37;--bad:#b3261e}\n"
    "@media(prefers-color-scheme:dark){:root{--fg:#e6e6e6;--bg:#15171a;--dim:#a3a3a3;--line:#"
    "3a3d42;"
    "--soft:#1e2126;--link:#7cc0f0;--best:#f0b48c;--good:#6fd08c;--bad:#ff9a8f}}\n"
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
    "th.n,td.n{text-align:right;white-space:nowrap}tbody "
    "th{text-align:left;font-weight:400;position:sticky;left:0;background:var(--bg)}\n"
    "sup{line-height:0}tbody tr:hover{background:var(--soft)}\n"
    "td small,th small{color:var(--dim);font-size:.82em}td.best b{color:var(--best)}\n"
    "td.good{color:var(--good)}td.bad{color:var(--bad)}.note{color:var(--dim);font-size:.85rem;"
    "margin:."
    "2rem 0}\n"
    "thead button{all:unset;cursor:pointer;font:inherit;font-weight:600}thead "
    "button:focus-visible{outline:2px solid "
    "var(--link)}\n"
    "th[aria-sort=ascending] button::after{content:' \\25B4'}th[aria-sort=descending] "
    "button::after{content:' \\25BE'}\n"
    "input.filter{font:inherit;padding:.25rem .5rem;margin:.3rem 0;border:1px solid "
    "var(--line);background:var(--bg);color:var(--fg)}\n"
    "figure{margin:0}figcaption{color:var(--dim);font-size:.85rem}.count{color:var(--dim);"
    "font-size:.85rem;margin-left:.6rem}td audio{min-width:14rem}\n"
    ":focus-visible{outline:2px solid var(--link);outline-offset:2px}\n"
    "@media(max-width:40rem){td "
    "audio{min-width:9rem}body{padding:.8rem}dl{grid-template-columns:1fr}dt{margin-top:.3rem}"
    "ol.prompts{columns:1}th,td{padding:.3rem .4rem}nav a{display:inline-block;padding:.3rem 0}}\n"
    "img{max-width:100%;height:auto;background:#fff;border-radius:4px}.figures{display:grid;gap:"
    "1rem;"
    "grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}\n"
    "ol.prompts{columns:22rem;column-gap:3rem;padding-left:2.2rem}ol.prompts li{margin:.15rem "
    "0;break-inside:avoid}\n"
    "blockquote{margin:.5rem 0;padding:.4rem 1rem;border-left:4px solid "
    "var(--line);background:var(--soft)}\n"
    ".cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),"
    "1fr))}\n"
    ".card{border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem}.card "
    "h3{margin:.1rem 0 .4rem;"
    "overflow-wrap:anywhere}\n"
    "audio{width:100%;height:2.2rem}dl{display:grid;grid-template-columns:max-content "
    "1fr;gap:.15rem 1rem;"
    "margin:.4rem 0;font-size:.9rem}dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}\n"
    "pre{background:var(--soft);padding:.7rem;overflow-x:auto;font-size:.85rem}\n";

const char attune_page_js[] =
    "'use strict';\n"
    "for(const s of document.querySelectorAll('.scroll'))if(s.scrollWidth>s.clientWidth){\n"
    " s.tabIndex=0;s.setAttribute('role','region');\n"
    " s.setAttribute('aria-label',s.querySelector('caption')?.textContent||'table')}\n"
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
    " if(body.rows.length>8)filter(table.closest('.scroll')||table,[...body.rows],'rows');\n"
    "}\n"
    "for(const list of document.querySelectorAll('[data-filter]'))\n"
    " if(list.children.length>8)filter(list,[...list.children],list.dataset.filter);\n"
    "function filter(place,items,what){\n"
    " const box=document.createElement('p'),f=document.createElement('input'),"
    "n=document.createElement('span');\n"
    " const texts=items.map(r=>r.textContent.toLowerCase());\n"
    " f.className='filter';f.type='search';f.placeholder='filter '+what;\n"
    " f.setAttribute('aria-label','filter "
    "'+what);n.className='count';n.setAttribute('role','status')"
    ";\n"
    " f.addEventListener('input',()=>{const t=f.value.toLowerCase();let k=0;\n"
    "  items.forEach((r,i)=>{r.hidden=!texts[i].includes(t);k+=!r.hidden});\n"
    "  n.textContent=t?k+' of '+items.length+' '+what:''});\n"
    " box.append(f,n);place.before(box)}\n";

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
        "<nav aria-label=\"pages\"><a href=\"%sindex.html\">leaderboard</a> <a "
        "href=\"%sindex.html#prompts\">prompts</a> <a "
        "href=\"%sindex.html#failures\">failures</a> <a "
        "href=\"%sindex.html#provenance\">provenance</a> <a "
        "href=\"%sindex.html#downloads\">downloads</a>"
        "</nav>\n<main id=\"main\">\n",
        up, up, up, up, up);
}

void attune_page_end(struct attune_buf *out)
{
    attune_buf_add(out, "</main>\n<script>\n");
    attune_buf_add(out, attune_page_js);
    attune_buf_add(out, "</script>\n</body>\n</html>\n");
}
